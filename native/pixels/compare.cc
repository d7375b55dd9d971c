#include "compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "reduce.h"

namespace exr_inspector::pixels {

void BandSink::Start(int64_t y, int64_t end_y) {
  y_ = y;
  end_y_ = end_y;
  for (auto& rows : rows_) rows.clear();
}

void BandSink::Row(const RowSegment& segment) {
  if (segment.y < y_ || segment.y >= end_y_) return;
  const ChannelLayout& channel = layout_.channels[segment.channel];
  const size_t bytes = SampleBytes(channel.type);
  StoredRow& row = rows_[segment.channel][segment.y];
  const auto width = static_cast<size_t>(
      channel.SamplesIn(layout_.min_x, layout_.level_width));
  if (row.is_there.empty()) row.is_there.resize(width);
  const auto at = static_cast<size_t>(
      (segment.x - channel.FirstSample(layout_.min_x)) / segment.x_step);
  if (segment.cumulative == nullptr) {
    row.samples.resize(width * bytes);
    std::memcpy(row.samples.data() + at * bytes, segment.samples,
                static_cast<size_t>(segment.count) * bytes);
    std::fill_n(row.is_there.begin() + static_cast<ptrdiff_t>(at),
                segment.count, true);
    return;
  }
  // Tiles of a row come from left to right, so samples can be appended.
  row.counts.resize(width);
  for (int64_t i = 0; i < segment.width; i++) {
    row.counts[at + static_cast<size_t>(i)] =
        segment.cumulative[i] - (i == 0 ? 0 : segment.cumulative[i - 1]);
  }
  std::fill_n(row.is_there.begin() + static_cast<ptrdiff_t>(at), segment.width,
              true);
  if (segment.count > 0) {
    row.samples.insert(
        row.samples.end(), segment.samples,
        segment.samples + static_cast<size_t>(segment.count) * bytes);
  }
}

const BandSink::StoredRow* BandSink::Find(size_t channel, int64_t y) const {
  const auto row = rows_[channel].find(y);
  return row == rows_[channel].end() ? nullptr : &row->second;
}

CompareSink::CompareSink(const PartLayout& layout, const BandSink& band,
                         std::vector<int> partners, CompareLimits limits,
                         int64_t map_width, int64_t map_height)
    : layout_(layout),
      band_(band),
      partners_(std::move(partners)),
      limits_(limits),
      map_width_(std::min<int64_t>(map_width, layout.level_width)),
      map_height_(std::min<int64_t>(map_height, layout.level_height)),
      differences_(layout.channels.size()),
      map_(static_cast<size_t>(map_width_ * map_height_)) {}

void CompareSink::Row(const RowSegment& segment) {
  const int partner = partners_[segment.channel];
  if (partner < 0) return;
  const auto other_channel = static_cast<size_t>(partner);
  const ChannelLayout& other = band_.layout().channels[other_channel];
  const BandSink::StoredRow* row = band_.Find(other_channel, segment.y);
  if (row == nullptr) return;
  ChannelDifference& difference = differences_[segment.channel];
  if (segment.cumulative != nullptr) {
    return CompareDeep(segment, *row, other.type, difference);
  }
  const PixelType type = layout_.channels[segment.channel].type;
  const int64_t first = other.FirstSample(band_.layout().min_x);
  const auto width = static_cast<int64_t>(row->is_there.size());
  for (int64_t i = 0; i < segment.count; i++) {
    const int64_t x = segment.x + i * segment.x_step;
    const int64_t at = (x - first) / other.x_sampling;
    if (x < first || at >= width || first + at * other.x_sampling != x ||
        !row->is_there[static_cast<size_t>(at)] ||
        limits_.except.Holds(x, segment.y)) {
      continue;
    }
    CompareSample(
        ValueAt(other.type, row->samples.data(), static_cast<size_t>(at)),
        ValueAt(type, segment.samples, static_cast<size_t>(i)), x, segment.y,
        difference);
  }
}

void CompareSink::CompareDeep(const RowSegment& segment,
                              const BandSink::StoredRow& row, PixelType other,
                              ChannelDifference& difference) {
  const PixelType type = layout_.channels[segment.channel].type;
  const int64_t first = band_.layout().min_x;
  const auto width = static_cast<int64_t>(row.is_there.size());
  // Samples of the band's row before the pixel at hand.
  size_t before = 0;
  int64_t next = first;
  for (int64_t i = 0; i < segment.width; i++) {
    const int64_t x = segment.x + i;
    if (x < first || x - first >= width ||
        !row.is_there[static_cast<size_t>(x - first)] ||
        limits_.except.Holds(x, segment.y)) {
      continue;
    }
    for (; next < x; next++) {
      before += static_cast<size_t>(row.counts[static_cast<size_t>(next - first)]);
    }
    const int32_t from = i == 0 ? 0 : segment.cumulative[i - 1];
    const int32_t count = segment.cumulative[i] - from;
    if (count != row.counts[static_cast<size_t>(x - first)]) {
      difference.count_mismatches++;
      Mark(x, segment.y, std::numeric_limits<double>::infinity());
      continue;
    }
    for (int32_t s = 0; s < count; s++) {
      CompareSample(
          ValueAt(other, row.samples.data(), before + static_cast<size_t>(s)),
          ValueAt(type, segment.samples, static_cast<size_t>(from + s)), x,
          segment.y, difference);
    }
  }
}

void CompareSink::CompareSample(double a, double b, int64_t x, int64_t y,
                                ChannelDifference& difference) {
  difference.compared++;
  const bool both_nan = std::isnan(a) && std::isnan(b);
  if (a == b || (both_nan && !limits_.is_strict)) {
    if (std::isfinite(a)) {
      difference.max_value = std::max(difference.max_value, std::abs(a));
    }
    return;
  }
  difference.differing++;
  if (!std::isfinite(a) || !std::isfinite(b)) {
    difference.non_finite++;
    difference.over_warn++;
    difference.over_fail++;
    Mark(x, y, std::numeric_limits<double>::infinity());
    return;
  }
  const double size = std::abs(a - b);
  const double larger = std::max(std::abs(a), std::abs(b));
  difference.max_value = std::max(difference.max_value, larger);
  difference.sum_absolute += size;
  difference.sum_squares += size * size;
  difference.max_relative = std::max(difference.max_relative, size / larger);
  if (size > limits_.warn) difference.over_warn++;
  if (size > limits_.fail) difference.over_fail++;
  if (!difference.has_worst || size > difference.max_absolute) {
    difference.has_worst = true;
    difference.max_absolute = size;
    difference.worst_x = x;
    difference.worst_y = y;
    difference.worst_a = a;
    difference.worst_b = b;
  }
  Mark(x, y, size);
}

void CompareSink::Mark(int64_t x, int64_t y, double size) {
  const int64_t column =
      (x - layout_.min_x) * map_width_ / layout_.level_width;
  const int64_t row = (y - layout_.min_y) * map_height_ / layout_.level_height;
  float& cell = map_[static_cast<size_t>(row * map_width_ + column)];
  cell = std::max(cell, static_cast<float>(size));
}

}  // namespace exr_inspector::pixels
