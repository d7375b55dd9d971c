#ifndef EXR_INSPECTOR_VECTORS_VECTOR_FILE_H_
#define EXR_INSPECTOR_VECTORS_VECTOR_FILE_H_

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "block.h"

namespace exr_inspector::vectors {

// An open file, closed once.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  ~OpenFile() { Close(); }
  OpenFile(OpenFile&& other) noexcept : descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
  }
  OpenFile& operator=(OpenFile&& other) noexcept;

  bool IsOpen() const { return descriptor_ >= 0; }
  int Descriptor() const { return descriptor_; }
  std::uint64_t Size() const;
  // Throws when the file ends before.
  void Read(std::uint64_t offset, void* bytes, std::size_t size) const;
  void Write(std::uint64_t offset, const void* bytes, std::size_t size) const;
  void Close();

 private:
  int descriptor_ = -1;
};

// A vector, and what its cosine is at most.
struct Hit {
  double upper;
  std::uint32_t vector;
};

// Vectors whose cosines are known, the most alike first.
struct Found {
  std::vector<std::uint32_t> vectors;
  std::vector<double> similarities;
  // No other vector that was wanted is more alike; below -1 when there is none.
  double bound = -2;
};

struct Scan {
  Query query;
  // One byte a vector of the file: whether it takes part.
  const std::uint8_t* wanted;
  std::size_t wanted_count;
  // Vectors whose cosines are computed, at most.
  std::size_t most;
  // Ends when so many are more alike than all others can be.
  std::size_t enough;
  bool portable;
};

// Vectors of the rows of a table, in a file that is only added to, so that several
// processes may read it while one adds. Nothing in it is believed that its checksum
// does not cover. One call at a time, scans apart.
class VectorFile {
 public:
  explicit VectorFile(std::string path) : path_(std::move(path)) {}

  // Takes in the blocks that were added since; ends before the first that is not
  // whole. Of a file that is not there, or no such file, there are none.
  void Load();
  // Whether anything stands behind the last whole block.
  bool HasTail() const;

  // The last block of each group.
  const std::map<std::uint32_t, std::size_t>& Groups() const { return groups_; }
  const BlockPlace& BlockAt(std::size_t index) const { return blocks_[index]; }
  std::uint32_t VectorCount() const { return vector_count_; }
  // Rows of all blocks, those included in whose place others have come.
  std::uint64_t RowCount() const { return row_count_; }
  // Vectors of a block's rows.
  std::vector<std::uint32_t> RowsOf(const BlockPlace& block) const;

  // Makes the file where it is missing, locks it against others who would add, and takes in
  // what they added before. False when another has the lock. `anew`: leaves what
  // is there to those who have it open, and starts an empty file.
  bool BeginAdding(std::uint32_t mode, bool anew);
  // One block: rows `places` (below `row_count`) of a group and their vectors. When
  // it cannot be written the file goes, those of before as well, and adding ends.
  void Add(std::uint32_t group, std::uint64_t fingerprint,
           std::uint32_t row_count, const std::uint32_t* places,
           const float* vectors, std::size_t count);
  void EndAdding();

  // Throws when numbers are not those that were added.
  Found Find(const Scan& scan) const;

  void Close();

 private:
  struct Hash {
    std::size_t operator()(const VectorKey& key) const { return key[0]; }
  };

  void Forget();
  // The next blocks of a file of this size; false when there may be no more.
  bool TakeSome(std::uint64_t size);
  void Take(const BlockPlace& block);
  bool IsWhole(const BlockPlace& block) const;
  Found Rerank(const Scan& scan, const std::vector<Hit>& hits,
               double bound) const;
  // Infinite for a vector that has none.
  double CosineWith(const Query& query, std::uint32_t vector) const;

  const std::string path_;
  OpenFile file_;
  std::uint64_t end_ = 0;
  std::vector<BlockPlace> blocks_;
  std::map<std::uint32_t, std::size_t> groups_;
  std::uint32_t vector_count_ = 0;
  std::uint64_t row_count_ = 0;
  // While something is added.
  OpenFile adding_;
  std::optional<std::unordered_map<VectorKey, std::uint32_t, Hash>> numbers_;
};

}  // namespace exr_inspector::vectors

#endif  // EXR_INSPECTOR_VECTORS_VECTOR_FILE_H_
