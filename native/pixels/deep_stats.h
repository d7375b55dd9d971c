#ifndef EXR_INSPECTOR_PIXELS_DEEP_STATS_H_
#define EXR_INSPECTOR_PIXELS_DEEP_STATS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// What is known of the samples of a deep part after the last one. Depths are
// those of the channels Z and ZBack; without ZBack a sample has no thickness.
struct DeepSummary {
  // Bin 0 counts pixels without a sample, bin n those with 2^(n-1) to 2^n - 1.
  static constexpr size_t kBins = 33;

  uint64_t pixel_count = 0;
  uint64_t sample_count = 0;
  uint64_t min_samples = 0;
  uint64_t max_samples = 0;
  // The first pixel that has the most samples.
  int64_t max_x = 0;
  int64_t max_y = 0;
  std::array<uint64_t, kBins> pixels_by_samples{};
  bool has_depth = false;
  // Of the finite depths; meaningless when there are none.
  bool has_finite_depth = false;
  double depth_min = 0;
  double depth_max = 0;
  uint64_t non_finite_depths = 0;
  uint64_t negative_depths = 0;
  // ZBack in front of Z.
  uint64_t reversed_depths = 0;
  // Pixels whose samples do not come by rising Z, and those where one reaches
  // into the next.
  uint64_t unsorted_pixels = 0;
  uint64_t overlapping_pixels = 0;
  bool has_alpha = false;
  uint64_t alpha_out_of_range = 0;
  // Samples that begin behind a sample of alpha 1 or more.
  uint64_t hidden_samples = 0;
};

// Collects a row's depths and alphas and judges its pixels when it is whole.
class DeepSink final : public RowSink {
 public:
  explicit DeepSink(const PartLayout& layout);
  void Row(const RowSegment& segment) override;
  void EndChunk() override { JudgeRow(); }

  const DeepSummary& summary() const { return summary_; }

 private:
  enum Role : size_t { kZ = 0, kZBack = 1, kAlpha = 2, kRoles = 3 };

  std::vector<double> ToNumbers(const RowSegment& segment) const;
  void JudgeRow();
  void CountSamples(int64_t x, uint64_t count);
  void JudgePixel(size_t begin, size_t end);
  void JudgeDepth(double front, double back);

  const PartLayout& layout_;
  std::array<int64_t, kRoles> channels_{-1, -1, -1};
  DeepSummary summary_;
  int64_t row_x_ = 0;
  int64_t row_y_ = 0;
  std::vector<int32_t> cumulative_;
  std::array<std::vector<double>, kRoles> row_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_DEEP_STATS_H_
