#ifndef EXR_INSPECTOR_PIXELS_CHUNK_DECODER_H_
#define EXR_INSPECTOR_PIXELS_CHUNK_DECODER_H_

#include <vector>

#include "decompress.h"
#include "imf_decoder.h"
#include "part_layout.h"
#include "piz.h"

namespace exr_inspector::pixels {

// Bytes of one chunk as it lies in the file, its leader first; there may be
// more behind it.
struct PackedChunk {
  ChunkPlace place;
  // In the part's table.
  uint64_t index = 0;
  ByteView bytes;
};

// Decodes the chunks of one part, one at a time, and hands their samples to
// sinks. Trusts nothing that the bytes say: sizes and places are compared with
// the layout before anything is allocated.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(PartLayout layout);

  const PartLayout& layout() const { return layout_; }

  // Throws ChunkFailure before the first sample reaches a sink.
  void Decode(const PackedChunk& chunk, const std::vector<RowSink*>& sinks);

 private:
  struct Data {
    ByteView counts;
    ByteView packed;
    uint64_t unpacked_size = 0;
  };

  bool IsSeen(int64_t y) const {
    return (y - layout_.min_y) % layout_.row_step == 0;
  }
  Data CheckLeader(const PackedChunk& chunk) const;
  void DecodeFlat(const PackedChunk& chunk, ByteView packed,
                  const std::vector<RowSink*>& sinks);
  void DecodeDeep(const PackedChunk& chunk, const Data& data,
                  const std::vector<RowSink*>& sinks);
  void SumSampleCounts(const ChunkPlace& place, const unsigned char* raw);
  void Emit(RowSegment segment, const std::vector<RowSink*>& sinks);

  const PartLayout layout_;
  Decompressor decompressor_;
  PizDecoder piz_;
  ImfDecoder imf_;
  std::vector<int32_t> cumulative_;
  std::vector<unsigned char> aligned_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_CHUNK_DECODER_H_
