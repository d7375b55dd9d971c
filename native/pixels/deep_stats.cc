#include "deep_stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reduce.h"

namespace exr_inspector::pixels {

DeepSink::DeepSink(const PartLayout& layout) : layout_(layout) {
  for (size_t c = 0; c < layout.channels.size(); c++) {
    if (!layout.channels[c].is_wanted) continue;
    const std::string& name = layout.channels[c].name;
    if (name == "Z") channels_[kZ] = static_cast<int64_t>(c);
    if (name == "ZBack") channels_[kZBack] = static_cast<int64_t>(c);
    if (name == "A") channels_[kAlpha] = static_cast<int64_t>(c);
  }
  summary_.has_depth = channels_[kZ] >= 0;
  summary_.has_alpha = channels_[kAlpha] >= 0;
  summary_.min_samples = std::numeric_limits<uint64_t>::max();
}

void DeepSink::Row(const RowSegment& segment) {
  if (cumulative_.empty() || segment.y != row_y_ || segment.x != row_x_) {
    JudgeRow();
    row_x_ = segment.x;
    row_y_ = segment.y;
    cumulative_.assign(segment.cumulative,
                       segment.cumulative + segment.width);
  }
  for (size_t role = 0; role < kRoles; role++) {
    if (channels_[role] == static_cast<int64_t>(segment.channel)) {
      row_[role] = ToNumbers(segment);
    }
  }
}

std::vector<double> DeepSink::ToNumbers(const RowSegment& segment) const {
  std::vector<double> numbers(static_cast<size_t>(segment.count));
  switch (layout_.channels[segment.channel].type) {
    case PixelType::kHalf: {
      const auto* values = reinterpret_cast<const uint16_t*>(segment.samples);
      const std::vector<float>& table = HalfTable();
      for (size_t i = 0; i < numbers.size(); i++) {
        numbers[i] = double{table[values[i]]};
      }
      break;
    }
    case PixelType::kFloat: {
      const auto* values = reinterpret_cast<const float*>(segment.samples);
      std::copy_n(values, numbers.size(), numbers.begin());
      break;
    }
    default: {
      const auto* values = reinterpret_cast<const uint32_t*>(segment.samples);
      std::copy_n(values, numbers.size(), numbers.begin());
    }
  }
  return numbers;
}

void DeepSink::JudgeRow() {
  int32_t begin = 0;
  for (size_t i = 0; i < cumulative_.size(); i++) {
    const int32_t end = cumulative_[i];
    CountSamples(row_x_ + static_cast<int64_t>(i),
                 static_cast<uint64_t>(end - begin));
    if (end > begin) {
      JudgePixel(static_cast<size_t>(begin), static_cast<size_t>(end));
    }
    begin = end;
  }
  cumulative_.clear();
}

void DeepSink::CountSamples(int64_t x, uint64_t count) {
  summary_.pixel_count++;
  summary_.sample_count += count;
  summary_.min_samples = std::min(summary_.min_samples, count);
  if (count > summary_.max_samples) {
    summary_.max_samples = count;
    summary_.max_x = x;
    summary_.max_y = row_y_;
  }
  size_t bin = 0;
  for (uint64_t rest = count; rest > 0; rest >>= 1) bin++;
  summary_.pixels_by_samples[bin]++;
}

void DeepSink::JudgePixel(size_t begin, size_t end) {
  const std::vector<double>& z = row_[kZ];
  const std::vector<double>& z_back = row_[kZBack];
  const std::vector<double>& alpha = row_[kAlpha];
  const bool has_back = channels_[kZBack] >= 0;
  double opaque = std::numeric_limits<double>::infinity();
  if (summary_.has_alpha) {
    for (size_t i = begin; i < end; i++) {
      if (!(alpha[i] >= 0 && alpha[i] <= 1)) summary_.alpha_out_of_range++;
      if (summary_.has_depth && alpha[i] >= 1) {
        opaque = std::min(opaque, has_back ? z_back[i] : z[i]);
      }
    }
  }
  if (!summary_.has_depth) return;
  bool is_sorted = true;
  bool overlaps = false;
  for (size_t i = begin; i < end; i++) {
    const double back = has_back ? z_back[i] : z[i];
    JudgeDepth(z[i], back);
    if (z[i] > opaque) summary_.hidden_samples++;
    if (i == begin) continue;
    const double back_before = has_back ? z_back[i - 1] : z[i - 1];
    is_sorted &= z[i] >= z[i - 1];
    overlaps |= z[i] < back_before;
  }
  if (!is_sorted) {
    summary_.unsorted_pixels++;
    // Overlaps show in the order of depth only.
    std::vector<std::pair<double, double>> spans;
    for (size_t i = begin; i < end; i++) {
      spans.emplace_back(z[i], has_back ? z_back[i] : z[i]);
    }
    std::sort(spans.begin(), spans.end());
    overlaps = false;
    for (size_t i = 1; i < spans.size(); i++) {
      overlaps |= spans[i].first < spans[i - 1].second;
    }
  }
  if (overlaps) summary_.overlapping_pixels++;
}

void DeepSink::JudgeDepth(double front, double back) {
  for (const double depth : {front, back}) {
    if (!std::isfinite(depth)) continue;
    if (!summary_.has_finite_depth) {
      summary_.depth_min = summary_.depth_max = depth;
      summary_.has_finite_depth = true;
    }
    summary_.depth_min = std::min(summary_.depth_min, depth);
    summary_.depth_max = std::max(summary_.depth_max, depth);
  }
  if (!std::isfinite(front) || !std::isfinite(back)) {
    summary_.non_finite_depths++;
  }
  if (front < 0 || back < 0) summary_.negative_depths++;
  if (back < front) summary_.reversed_depths++;
}

}  // namespace exr_inspector::pixels
