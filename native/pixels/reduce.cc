#include "reduce.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace exr_inspector::pixels {

namespace {

float HalfToFloat(uint32_t bits) {
  const uint32_t exponent = bits >> 10 & 31;
  const uint32_t mantissa = bits & 1023;
  float size = 0;
  if (exponent == 31) {
    size = mantissa == 0 ? std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    size = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    size = std::ldexp(static_cast<float>(1024 + mantissa),
                      static_cast<int>(exponent) - 25);
  }
  return bits & 0x8000 ? -size : size;
}

}  // namespace

const std::vector<float>& HalfTable() {
  static const std::vector<float> table = [] {
    std::vector<float> values(65536);
    for (uint32_t i = 0; i < 65536; i++) values[i] = HalfToFloat(i);
    return values;
  }();
  return table;
}

ReduceSink::ReduceSink(const PartLayout& layout, const Area& area,
                       const std::vector<bool>& channels)
    : layout_(layout),
      area_(area),
      cells_x_(std::min(area.grid_width, area.width)),
      cells_y_(std::min(area.grid_height, area.height)),
      is_exact_(cells_x_ == area.width && cells_y_ == area.height),
      grids_(layout.channels.size()),
      first_open_(std::min(area.first_row, cells_y_)),
      end_row_(std::min(area.end_row, cells_y_)) {
  // Divided once: a row has thousands of cells.
  ends_.reserve(static_cast<size_t>(cells_x_));
  for (int64_t cell = 1; cell <= cells_x_; cell++) {
    ends_.push_back((cell * area.width + cells_x_ - 1) / cells_x_);
  }
  const auto cells =
      static_cast<size_t>(cells_x_ * (end_row_ - first_open_));
  for (size_t c = 0; c < grids_.size(); c++) {
    if (!layout.channels[c].is_wanted || !channels.at(c)) continue;
    grids_[c].means.assign(cells, std::numeric_limits<float>::quiet_NaN());
  }
}

template <typename Value>
void ReduceSink::Add(const RowSegment& segment, OpenRow& row,
                     const Value& value_at) {
  const bool is_deep = segment.cumulative != nullptr;
  const int64_t step = segment.x_step;
  const int64_t samples = std::min(
      is_deep ? segment.width : segment.count,
      (area_.x + area_.width - segment.x + step - 1) / step);
  // The first sample inside of the area.
  int64_t i = std::max<int64_t>(0, (area_.x - segment.x + step - 1) / step);
  int64_t cell = (segment.x - area_.x + i * step) * cells_x_ / area_.width;
  while (i < samples) {
    const int64_t x = segment.x - area_.x + i * step;
    while (ends_[static_cast<size_t>(cell)] <= x) cell++;
    const int64_t left = ends_[static_cast<size_t>(cell)] - x;
    const int64_t end = std::min(
        samples, i + (step == 1 ? left : (left + step - 1) / step));
    double sum = 0;
    uint32_t count = 0;
    for (; i < end; i++) {
      int64_t at = i;
      if (is_deep) {
        const int64_t first = i == 0 ? 0 : segment.cumulative[i - 1];
        if (area_.counts_samples) {
          sum += static_cast<double>(segment.cumulative[i] - first);
          count++;
          continue;
        }
        if (first == segment.cumulative[i]) continue;
        at = first;
      }
      const auto value = static_cast<double>(value_at(at));
      if (!is_exact_ && !std::isfinite(value)) continue;
      sum += value;
      count++;
    }
    row.sums[static_cast<size_t>(cell)] += sum;
    row.counts[static_cast<size_t>(cell)] += count;
  }
}

// Chunks come with rising y: nothing more comes for the rows above this one.
void ReduceSink::BeginChunk(const ChunkPlace& place) {
  const int64_t y = std::min(int64_t{place.y}, area_.y + area_.height - 1);
  if (y > area_.y) CloseRowsBefore(CellRow(y));
}

void ReduceSink::CloseRowsBefore(int64_t row) {
  for (; first_open_ < std::min(row, end_row_); first_open_++) {
    for (Grid& grid : grids_) {
      if (grid.open.empty()) continue;
      const OpenRow& closed = grid.open.front();
      float* const means =
          grid.means.data() +
          grid.means.size() -
          static_cast<size_t>((end_row_ - first_open_) * cells_x_);
      for (size_t x = 0; x < closed.sums.size(); x++) {
        if (closed.counts[x] == 0) continue;
        means[x] = static_cast<float>(closed.sums[x] / closed.counts[x]);
      }
      grid.open.pop_front();
    }
  }
}

void ReduceSink::Row(const RowSegment& segment) {
  Grid& grid = grids_[segment.channel];
  if (grid.means.empty()) return;
  if (segment.y < area_.y || segment.y >= area_.y + area_.height) return;
  const int64_t row = CellRow(segment.y);
  if (row < first_open_ || row >= end_row_) return;
  while (static_cast<int64_t>(grid.open.size()) <= row - first_open_) {
    const auto cells = static_cast<size_t>(cells_x_);
    grid.open.push_back(
        {std::vector<double>(cells), std::vector<uint32_t>(cells)});
  }
  OpenRow& open = grid.open[static_cast<size_t>(row - first_open_)];
  switch (layout_.channels[segment.channel].type) {
    case PixelType::kHalf: {
      const auto* values = reinterpret_cast<const uint16_t*>(segment.samples);
      const float* const table = HalfTable().data();
      return Add(segment, open, [&](int64_t i) { return table[values[i]]; });
    }
    case PixelType::kFloat: {
      const auto* values = reinterpret_cast<const float*>(segment.samples);
      return Add(segment, open, [&](int64_t i) { return values[i]; });
    }
    default: {
      const auto* values = reinterpret_cast<const uint32_t*>(segment.samples);
      return Add(segment, open, [&](int64_t i) { return values[i]; });
    }
  }
}

std::vector<float> ReduceSink::TakePicture(size_t channel) {
  CloseRowsBefore(end_row_);
  std::vector<float> means = std::move(grids_[channel].means);
  // Either all rows of cells are kept, or each is one of the grid.
  const auto kept = static_cast<int64_t>(means.size()) / cells_x_;
  const int64_t rows = cells_y_ < area_.grid_height && kept > 0
                           ? area_.grid_height
                           : kept;
  if (cells_x_ == area_.grid_width && rows == kept) return means;
  std::vector<float> picture;
  picture.reserve(static_cast<size_t>(area_.grid_width * rows));
  for (int64_t y = 0; y < rows; y++) {
    const int64_t row = y * kept / rows * cells_x_;
    for (int64_t x = 0; x < area_.grid_width; x++) {
      picture.push_back(means[static_cast<size_t>(
          row + x * cells_x_ / area_.grid_width)]);
    }
  }
  return picture;
}

}  // namespace exr_inspector::pixels
