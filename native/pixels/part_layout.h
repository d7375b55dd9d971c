#ifndef EXR_INSPECTOR_PIXELS_PART_LAYOUT_H_
#define EXR_INSPECTOR_PIXELS_PART_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace exr_inspector::pixels {

// The format's numbers.
enum class PixelType : int { kUint = 0, kHalf = 1, kFloat = 2 };

enum class Compression : int {
  kNone = 0,
  kRle = 1,
  kZips = 2,
  kZip = 3,
  kPiz = 4,
  kPxr24 = 5,
  kB44 = 6,
  kB44a = 7,
  kDwaa = 8,
  kDwab = 9,
};

inline size_t SampleBytes(PixelType type) {
  return type == PixelType::kHalf ? 2 : 4;
}

// Rounds towards minus infinity, as windows with negative corners need it.
inline int64_t FloorDivide(int64_t value, int64_t step) {
  // Most channels are not subsampled, and a division takes longer than a sample.
  if (step == 1) return value;
  const int64_t quotient = value / step;
  return quotient * step > value ? quotient - 1 : quotient;
}

// One entry of the channel list, in file order.
struct ChannelLayout {
  std::string name;
  PixelType type = PixelType::kHalf;
  int x_sampling = 1;
  int y_sampling = 1;
  bool perceptually_linear = false;
  // Whether its samples are to reach the sinks.
  bool is_wanted = true;
  // Channels of one layer that make grey when they are equal share a number; -1
  // for the others.
  int colour_group = -1;

  bool HasRow(int64_t y) const {
    return FloorDivide(y, y_sampling) * y_sampling == y;
  }
  // First pixel at or after `x` that has a sample.
  int64_t FirstSample(int64_t x) const {
    return -FloorDivide(-x, x_sampling) * x_sampling;
  }
  // Samples in the pixels [x, x + width).
  int64_t SamplesIn(int64_t x, int64_t width) const {
    return FloorDivide(x + width - 1, x_sampling) -
           FloorDivide(x - 1, x_sampling);
  }
  int64_t RowsIn(int64_t y, int64_t height) const {
    return FloorDivide(y + height - 1, y_sampling) -
           FloorDivide(y - 1, y_sampling);
  }
};

// Where a chunk lies: pixels [x, x + width) x [y, y + height) of its level, and
// for tiles which one it is.
struct ChunkPlace {
  int32_t x = 0;
  int32_t y = 0;
  int32_t width = 0;
  int32_t height = 0;
  int32_t tile_x = 0;
  int32_t tile_y = 0;
  int32_t level_x = 0;
  int32_t level_y = 0;
};

// What a header says of one part, as far as its chunks need it.
struct PartLayout {
  Compression compression = Compression::kNone;
  bool is_tiled = false;
  bool is_deep = false;
  // The part's number that each leader begins with; -1 in single-part files.
  int part_number = -1;
  // Data window of level 0, inclusive.
  int32_t min_x = 0;
  int32_t min_y = 0;
  int32_t max_x = 0;
  int32_t max_y = 0;
  uint32_t tile_width = 0;
  uint32_t tile_height = 0;
  int level_mode = 0;
  int rounding_mode = 0;
  // The level that is read: its width and height.
  int32_t level_width = 0;
  int32_t level_height = 0;
  // A chunk that would decode to more is refused before anything is allocated.
  uint64_t max_chunk_bytes = 0;
  // Only every so manieth row of the data window reaches the sinks.
  int32_t row_step = 1;
  std::vector<ChannelLayout> channels;
};

// Bytes that a flat chunk decodes to; in 64 bits, so that no claim wraps around.
inline uint64_t FlatBytes(const PartLayout& layout, const ChunkPlace& place) {
  uint64_t size = 0;
  for (const ChannelLayout& channel : layout.channels) {
    size += SampleBytes(channel.type) *
            static_cast<uint64_t>(channel.SamplesIn(place.x, place.width)) *
            static_cast<uint64_t>(channel.RowsIn(place.y, place.height));
  }
  return size;
}

// Rows of a chunk take time even where no channel has a sample.
inline bool IsMostlyEmpty(const PartLayout& layout, const ChunkPlace& place,
                          uint64_t size) {
  constexpr uint64_t kFewRows = 1 << 20;
  const uint64_t rows =
      static_cast<uint64_t>(place.height) * layout.channels.size();
  return rows > kFewRows && rows > size;
}

// Why one chunk cannot be decoded.
class ChunkFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Consecutive samples of one channel in one row: samples i lies at pixel
// x + i * x_step. In deep parts `count` is that of all samples of the pixels
// [x, x + width), pixel by pixel, and `cumulative` says how many there are up to
// and including each pixel. Valid during the call only; aligned to its type.
struct RowSegment {
  size_t channel = 0;
  int64_t y = 0;
  int64_t x = 0;
  int64_t x_step = 1;
  int64_t width = 0;
  int64_t count = 0;
  const unsigned char* samples = nullptr;
  const int32_t* cumulative = nullptr;
};

// Takes decoded samples. Chunks come with rising y, tiles of a row with rising
// x; the rows of a chunk from the top, in each row channel by channel.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void BeginChunk(const ChunkPlace&) {}
  virtual void Row(const RowSegment& segment) = 0;
  virtual void EndChunk() {}
  // The chunk of these pixels could not be decoded.
  virtual void LoseChunk(const ChunkPlace&) {}
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_PART_LAYOUT_H_
