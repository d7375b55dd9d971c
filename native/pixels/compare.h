#ifndef EXR_INSPECTOR_PIXELS_COMPARE_H_
#define EXR_INSPECTOR_PIXELS_COMPARE_H_

#include <cstdint>
#include <map>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// Keeps the rows of a band of one file, for another file to be compared with.
class BandSink final : public RowSink {
 public:
  struct StoredRow {
    // Level width samples, or those of a deep row; empty until they come.
    std::vector<unsigned char> samples;
    // Deep rows: the number of samples of each pixel.
    std::vector<int32_t> counts;
    // Pixels that have come.
    std::vector<bool> is_there;
  };

  explicit BandSink(const PartLayout& layout)
      : layout_(layout), rows_(layout.channels.size()) {}

  // Forgets what it holds and keeps rows [y, end_y) from now on.
  void Start(int64_t y, int64_t end_y);
  void Row(const RowSegment& segment) override;

  const PartLayout& layout() const { return layout_; }
  // Null for rows outside of the band and those that were lost.
  const StoredRow* Find(size_t channel, int64_t y) const;

 private:
  const PartLayout& layout_;
  int64_t y_ = 0;
  int64_t end_y_ = 0;
  std::vector<std::map<int64_t, StoredRow>> rows_;
};

struct CompareLimits {
  double warn = 0;
  double fail = 0;
  // NaN against NaN differs.
  bool is_strict = false;
  // Pixels [x, x + width) x [y, y + height) are not compared.
  struct Area {
    int64_t x = 0;
    int64_t y = 0;
    int64_t width = 0;
    int64_t height = 0;

    bool Holds(int64_t at_x, int64_t at_y) const {
      return at_x >= x && at_x - x < width && at_y >= y && at_y - y < height;
    }
  } except = {};
};

// How two channels differ, over the pixels that both have.
struct ChannelDifference {
  uint64_t compared = 0;
  uint64_t differing = 0;
  uint64_t over_warn = 0;
  uint64_t over_fail = 0;
  // A number against none, or infinities that are not the same.
  uint64_t non_finite = 0;
  // Deep pixels with different numbers of samples.
  uint64_t count_mismatches = 0;
  double max_absolute = 0;
  double sum_absolute = 0;
  double max_relative = 0;
  double sum_squares = 0;
  double max_value = 0;
  bool has_worst = false;
  int64_t worst_x = 0;
  int64_t worst_y = 0;
  double worst_a = 0;
  double worst_b = 0;
};

// Compares the rows that come with those of a band.
class CompareSink final : public RowSink {
 public:
  // `partners` names for each channel the band's channel, -1 for none; the map
  // of largest differences has `map_width` x `map_height` cells.
  CompareSink(const PartLayout& layout, const BandSink& band,
              std::vector<int> partners, CompareLimits limits,
              int64_t map_width, int64_t map_height);
  void Row(const RowSegment& segment) override;

  const std::vector<ChannelDifference>& differences() const {
    return differences_;
  }
  const std::vector<float>& map() const { return map_; }

 private:
  void CompareDeep(const RowSegment& segment, const BandSink::StoredRow& row,
                   PixelType other, ChannelDifference& difference);
  void CompareSample(double a, double b, int64_t x, int64_t y,
                     ChannelDifference& difference);
  void Mark(int64_t x, int64_t y, double size);

  const PartLayout& layout_;
  const BandSink& band_;
  const std::vector<int> partners_;
  const CompareLimits limits_;
  const int64_t map_width_;
  const int64_t map_height_;
  std::vector<ChannelDifference> differences_;
  std::vector<float> map_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_COMPARE_H_
