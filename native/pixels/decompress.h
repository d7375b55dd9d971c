#ifndef EXR_INSPECTOR_PIXELS_DECOMPRESS_H_
#define EXR_INSPECTOR_PIXELS_DECOMPRESS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "part_layout.h"

struct libdeflate_decompressor;

namespace exr_inspector::pixels {

struct ByteView {
  const unsigned char* data = nullptr;
  size_t size = 0;
};

// The codecs that are simple enough to be ours: none, RLE, ZIPS, ZIP, PXR24.
// Keeps its scratch memory between chunks.
class Decompressor {
 public:
  Decompressor();
  ~Decompressor();

  static bool Knows(Compression compression) {
    return compression <= Compression::kZip ||
           compression == Compression::kPxr24;
  }

  // `packed` as samples: row by row, in each row channel by channel. Throws
  // ChunkFailure unless it decodes to exactly `size` bytes. The result is valid
  // until the next call, and a view of `packed` where nothing is compressed.
  const unsigned char* Run(Compression compression, ByteView packed,
                           size_t size);
  // PXR24 needs to know where the channels lie.
  const unsigned char* RunPxr24(const PartLayout& layout,
                                const ChunkPlace& place, ByteView packed,
                                size_t size);

 private:
  void Inflate(ByteView packed, unsigned char* out, size_t size);

  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  std::unique_ptr<libdeflate_decompressor, Free> deflate_;
  std::vector<unsigned char> scratch_;
  std::vector<unsigned char> out_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_DECOMPRESS_H_
