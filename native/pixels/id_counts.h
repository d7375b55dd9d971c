#ifndef EXR_INSPECTOR_PIXELS_ID_COUNTS_H_
#define EXR_INSPECTOR_PIXELS_ID_COUNTS_H_

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// What a channel is to the ids of its layer: their bits, the upper half of
// 64-bit ones, or how much of the pixel they cover.
enum class IdRole : int { kNone = 0, kId = 1, kUpper = 2, kCoverage = 3 };

struct IdChannel {
  IdRole role = IdRole::kNone;
  size_t layer = 0;
  // Channels of one pair belong together: an id with its upper half or with its
  // coverage, which lie in another channel of the same pixels.
  size_t pair = 0;
  bool is_paired = false;
};

// Counts the ids of layers such as those of Cryptomatte or of an ID manifest.
class IdSink final : public RowSink {
 public:
  struct Count {
    uint64_t samples = 0;
    // The sum of what they cover; of ids without coverage that of 1 each.
    double coverage = 0;
  };
  struct Layer {
    std::unordered_map<uint64_t, Count> ids;
    // Samples looked at, of ids that cover nothing too.
    uint64_t samples = 0;
    // Samples whose id was not counted because there were too many before.
    uint64_t uncounted = 0;
  };
  // Above so many ids of a layer, memory is not what a file may decide.
  static constexpr size_t kMaxIds = 500'000;

  IdSink(const PartLayout& layout, std::vector<IdChannel> channels);
  void Row(const RowSegment& segment) override;
  // A row of a tile never waits for that of another chunk.
  void BeginChunk(const ChunkPlace&) override { waiting_.clear(); }

  const std::vector<Layer>& layers() const { return layers_; }

 private:
  // One row of the channel of a pair that came first.
  struct Waiting {
    int64_t y = 0;
    IdRole role = IdRole::kNone;
    std::vector<uint32_t> bits;
  };

  std::vector<uint32_t> BitsOf(const RowSegment& segment) const;
  void Add(Layer& layer, uint64_t id, double coverage);

  const PartLayout& layout_;
  const std::vector<IdChannel> channels_;
  std::vector<Layer> layers_;
  std::map<size_t, Waiting> waiting_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_ID_COUNTS_H_
