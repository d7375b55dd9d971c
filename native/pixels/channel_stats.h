#ifndef EXR_INSPECTOR_PIXELS_CHANNEL_STATS_H_
#define EXR_INSPECTOR_PIXELS_CHANNEL_STATS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

enum class NonFinite : int { kNan = 0, kPosInf = 1, kNegInf = 2 };

struct NonFinitePixel {
  int64_t x = 0;
  int64_t y = 0;
  NonFinite kind = NonFinite::kNan;
};

// Samples of one value or, for float and uint, of one run of neighbouring
// values: [from, to] hold all of them.
struct ValueBin {
  double from = 0;
  double to = 0;
  uint64_t count = 0;
};

// What is known of a channel after its last sample.
struct ChannelSummary {
  uint64_t count = 0;
  uint64_t finite_count = 0;
  uint64_t nan_count = 0;
  uint64_t pos_inf_count = 0;
  uint64_t neg_inf_count = 0;
  uint64_t zero_count = 0;
  uint64_t negative_count = 0;
  uint64_t subnormal_count = 0;
  uint64_t half_limit_count = 0;
  // Of the finite values; meaningless when there are none.
  double min = 0;
  double max = 0;
  double mean = 0;
  double stddev = 0;
  // True when bins hold one value each.
  bool is_exact = false;
  // Rising, without empty ones.
  std::vector<ValueBin> bins;
  // The first ones, row by row.
  std::vector<NonFinitePixel> non_finite;
  int64_t non_finite_min_x = 0;
  int64_t non_finite_min_y = 0;
  int64_t non_finite_max_x = 0;
  int64_t non_finite_max_y = 0;
};

// Shows `visit` each number of a summary under the name that JavaScript knows.
template <typename Visit>
void EachNumber(const ChannelSummary& summary, Visit visit) {
  visit("count", summary.count);
  visit("finiteCount", summary.finite_count);
  visit("nanCount", summary.nan_count);
  visit("posInfCount", summary.pos_inf_count);
  visit("negInfCount", summary.neg_inf_count);
  visit("zeroCount", summary.zero_count);
  visit("negativeCount", summary.negative_count);
  visit("subnormalCount", summary.subnormal_count);
  visit("halfLimitCount", summary.half_limit_count);
  visit("min", summary.min);
  visit("max", summary.max);
  visit("mean", summary.mean);
  visit("stddev", summary.stddev);
  visit("nonFiniteMinX", summary.non_finite_min_x);
  visit("nonFiniteMinY", summary.non_finite_min_y);
  visit("nonFiniteMaxX", summary.non_finite_max_x);
  visit("nonFiniteMaxY", summary.non_finite_max_y);
}

// Counts the samples of one channel; see the .cc file for how each pixel type
// is added up.
class ChannelCounter {
 public:
  virtual ~ChannelCounter() = default;
  virtual void Add(const RowSegment& segment) = 0;
  virtual ChannelSummary Summarize() const = 0;
};

std::unique_ptr<ChannelCounter> MakeCounter(PixelType type);

// Statistics of every wanted channel.
class StatsSink final : public RowSink {
 public:
  explicit StatsSink(const PartLayout& layout);
  void Row(const RowSegment& segment) override;

  // Null for channels that are not wanted.
  const ChannelCounter* counter(size_t channel) const {
    return counters_[channel].get();
  }
  // Whether the channels of a colour group were equal in every row.
  bool IsGrey(int colour_group) const {
    return groups_[static_cast<size_t>(colour_group)].is_grey;
  }
  size_t group_count() const { return groups_.size(); }

 private:
  // The row of the group's first channel that the others are compared with.
  struct ColourGroup {
    bool is_grey = true;
    int64_t y = 0;
    int64_t x = 0;
    size_t channel = 0;
    std::vector<unsigned char> row;
  };

  void Compare(const RowSegment& segment, int colour_group);

  const PartLayout& layout_;
  std::vector<std::unique_ptr<ChannelCounter>> counters_;
  std::vector<ColourGroup> groups_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_CHANNEL_STATS_H_
