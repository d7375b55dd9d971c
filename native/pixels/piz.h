#ifndef EXR_INSPECTOR_PIXELS_PIZ_H_
#define EXR_INSPECTOR_PIXELS_PIZ_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "decompress.h"
#include "part_layout.h"

namespace exr_inspector::pixels {

// The Huffman code of one chunk: 65,536 numbers and one symbol that says how
// often the number before it is repeated. Codes are canonical; unlike most,
// longer ones have the smaller values.
class PizCode {
 public:
  // Takes in the packed table of lengths for the symbols [first, last]; returns
  // how many bytes it takes. `last` is the symbol of a repetition.
  size_t Read(ByteView table, uint32_t first, uint32_t last);

  // `bit_count` bits as `count` numbers.
  void Decode(ByteView bits, uint64_t bit_count, uint16_t* out,
              size_t count) const;

 private:
  static constexpr int kMaxLength = 58;
  // Codes up to this length are found in one look.
  static constexpr int kLookupBits = 14;

  struct Entry {
    uint16_t number = 0;
    // 0 where the code is longer or a repetition.
    uint8_t length = 0;
    // Then the shortest length it may have.
    uint8_t least = 0;
  };

  void Build(uint32_t first, uint32_t last);
  // Of the code that `window` begins with, which has at least `least` bits.
  int LengthOf(uint64_t window, int least) const;

  std::vector<uint8_t> lengths_;
  std::vector<Entry> lookup_;
  // Numbers by the length of their code, shortest first, then rising.
  std::vector<uint16_t> sorted_;
  size_t repeat_at_ = 0;
  // Of each length its first code, at the top of 64 bits, what lies just below
  // it (everything, where the length has no code), and the place of its number.
  std::array<uint64_t, kMaxLength + 2> first_code_{};
  std::array<uint64_t, kMaxLength + 2> below_{};
  std::array<size_t, kMaxLength + 2> first_place_{};
  int longest_ = 0;
};

// Chunks with PIZ compression, whose samples are 16-bit numbers ("OpenEXR
// Technical Introduction", wavelet and Huffman): those that occur are numbered
// without gaps, each channel goes through a Haar wavelet, and all through a
// Huffman code. It gives the bits that the OpenEXR library gives.
class PizDecoder {
 public:
  // As of Decompressor::Run; samples of channels that are not wanted stay
  // undefined.
  const unsigned char* Run(const PartLayout& layout, const ChunkPlace& place,
                           ByteView packed, size_t size);

 private:
  PizCode code_;
  std::vector<uint16_t> numbers_;
  std::vector<uint16_t> values_;
  std::vector<unsigned char> out_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_PIZ_H_
