#ifndef EXR_INSPECTOR_PIXELS_RECODE_H_
#define EXR_INSPECTOR_PIXELS_RECODE_H_

#include <cstdint>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// Keeps the samples of one area of a flat part, and says what they take in a
// file of another compression, written by OpenEXR's C++ library into nowhere.
class RecodeSink final : public RowSink {
 public:
  explicit RecodeSink(const PartLayout& layout)
      : layout_(layout), planes_(layout.channels.size()) {}

  // Forgets what it holds and keeps the samples of `area` from now on: rows of
  // the whole width, or one tile.
  void Start(const ChunkPlace& area);
  void Row(const RowSegment& segment) override;

  // Bytes of the chunks, leaders included. Throws ChunkFailure when a sample of
  // the area has not come, or the library refuses.
  uint64_t Bytes(Compression compression) const;

 private:
  size_t RowBytes(const ChannelLayout& channel) const;

  const PartLayout& layout_;
  ChunkPlace area_;
  std::vector<std::vector<unsigned char>> planes_;
  uint64_t missing_bytes_ = 0;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_RECODE_H_
