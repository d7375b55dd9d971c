#ifndef EXR_INSPECTOR_VECTORS_BLOCK_H_
#define EXR_INSPECTOR_VECTORS_BLOCK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dot.h"
#include "quantize.h"

namespace exr_inspector::vectors {

// First bytes of a file of vectors. The blocks behind them are only added to.
constexpr char kMagic[] = "exr-inspector vectors 1\n";
constexpr std::size_t kMagicBytes = sizeof(kMagic) - 1;

// Rows of one block at most, and so vectors.
constexpr std::uint32_t kMostRows = 8192;
// A row without a vector.
constexpr std::uint32_t kNoVector = 0xffffffff;

// Tells vectors apart: XXH3 over the bytes of their numbers.
using VectorKey = std::array<std::uint64_t, 2>;

// What a block starts with, as its bytes: some rows that lie one after the other
// in a table, and the vectors that no block before has. Codes, bounds, rows and
// keys follow, which the checksum covers, then the numbers themselves, which
// their keys prove where they are used.
struct BlockHead {
  std::uint64_t checksum;
  // Of the vectors' first number in the file.
  std::uint32_t first_vector;
  std::uint32_t vector_count;
  // Place of the rows, and what the catalog says of their content.
  std::uint32_t group;
  std::uint32_t row_count;
  std::uint64_t fingerprint;
};
static_assert(sizeof(BlockHead) == 32, "as in the file");

constexpr std::size_t kCodeBytes = kDimension;
constexpr std::size_t kNumberBytes = kDimension * sizeof(float);
constexpr std::size_t kVectorBytes =
    kCodeBytes + sizeof(Bounds) + sizeof(VectorKey) + kNumberBytes;

// Where the pieces of a block are, counted from the start of the file.
class BlockPlace {
 public:
  BlockPlace(std::uint64_t offset, const BlockHead& head)
      : offset_(offset), head_(head) {}

  const BlockHead& Head() const { return head_; }
  std::uint64_t Offset() const { return offset_; }
  std::uint64_t Codes() const { return offset_ + sizeof(BlockHead); }
  std::uint64_t BoundsAt() const {
    return Codes() + head_.vector_count * kCodeBytes;
  }
  std::uint64_t Rows() const {
    return BoundsAt() + head_.vector_count * sizeof(Bounds);
  }
  std::uint64_t Keys() const {
    return Rows() + head_.row_count * sizeof(std::uint32_t);
  }
  // Also the end of what the checksum covers.
  std::uint64_t Numbers() const {
    return Keys() + head_.vector_count * sizeof(VectorKey);
  }
  std::uint64_t End() const {
    return Numbers() + head_.vector_count * kNumberBytes;
  }

 private:
  std::uint64_t offset_;
  BlockHead head_;
};

// Checksum of a block, from all that stands before its numbers.
std::uint64_t ChecksumOf(const std::uint8_t* block, std::size_t size);

VectorKey KeyOf(const float* vector);

// The bytes of a block. `rows` has the number of each row's vector; `added` the
// new vectors in the order of their numbers.
std::vector<std::uint8_t> BlockBytes(BlockHead head,
                                     const std::vector<std::uint32_t>& rows,
                                     const std::vector<const float*>& added,
                                     const std::vector<VectorKey>& keys);

}  // namespace exr_inspector::vectors

#endif  // EXR_INSPECTOR_VECTORS_BLOCK_H_
