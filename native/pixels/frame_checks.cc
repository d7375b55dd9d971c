#include "frame_checks.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "reduce.h"

namespace exr_inspector::pixels {

namespace {

// Sets a byte for each sample that is not zero; true when there is one.
template <typename Bits>
bool MarkLit(const unsigned char* samples, int64_t count, Bits magnitude,
             unsigned char* lit) {
  const auto* values = reinterpret_cast<const Bits*>(samples);
  unsigned char any = 0;
  for (int64_t i = 0; i < count; i++) {
    const auto is_lit =
        static_cast<unsigned char>((values[i] & magnitude) != 0);
    lit[i] = static_cast<unsigned char>(lit[i] | is_lit);
    any = static_cast<unsigned char>(any | is_lit);
  }
  return any != 0;
}

bool MarkLit(PixelType type, const unsigned char* samples, int64_t count,
             unsigned char* lit) {
  switch (type) {
    case PixelType::kHalf:
      return MarkLit<uint16_t>(samples, count, 0x7fff, lit);
    case PixelType::kFloat:
      return MarkLit<uint32_t>(samples, count, 0x7fffffff, lit);
    default:
      return MarkLit<uint32_t>(samples, count, 0xffffffff, lit);
  }
}

// Says of each alpha whether it covers its pixel: without a branch, so that it
// takes many at a time.
template <typename Value, typename Test>
void Cover(const Value* values, size_t count, unsigned char* out,
           const Test& is_full) {
  for (size_t i = 0; i < count; i++) {
    out[i] = static_cast<unsigned char>(2 - int{is_full(values[i])});
  }
}

}  // namespace

FrameSink::FrameSink(const PartLayout& layout, std::vector<FrameRole> roles)
    : layout_(layout),
      roles_(std::move(roles)),
      cells_x_((layout.level_width + kCell - 1) / kCell),
      cells_y_((layout.level_height + kCell - 1) / kCell),
      lit_cells_(static_cast<size_t>(cells_x_ * cells_y_)),
      band_y_(layout.min_y) {}

void FrameSink::BeginChunk(const ChunkPlace& place) {
  if (place.y != band_y_) {
    FindPinholes(place.y);
    band_y_ = place.y;
  }
}

void FrameSink::Row(const RowSegment& segment) {
  const FrameRole role = roles_[segment.channel];
  if (role == FrameRole::kNone) return;
  if (segment.y != row_y_ || segment.x != row_x_ || row_width_ == 0) {
    FlushRow();
    row_x_ = segment.x;
    row_y_ = segment.y;
    row_width_ = segment.count;
    row_is_lit_ = false;
    row_has_clear_alpha_ = false;
    lit_.assign(static_cast<size_t>(segment.count), 0);
  }
  const bool is_first_colour =
      role == FrameRole::kColour && !has_colour_pixel_;
  if (!row_is_lit_ || is_first_colour) {
    const bool is_lit =
        MarkLit(layout_.channels[segment.channel].type, segment.samples,
                segment.count, lit_.data());
    has_colour_pixel_ |= is_lit && is_first_colour;
    row_is_lit_ = std::memchr(lit_.data(), 0, lit_.size()) == nullptr;
  }
  if (role == FrameRole::kAlpha) AddAlpha(segment);
}

void FrameSink::AddAlpha(const RowSegment& segment) {
  has_alpha_ = true;
  AlphaRow& row = alpha_rows_[segment.y];
  row.coverage.resize(static_cast<size_t>(layout_.level_width), kUnknown);
  unsigned char* out =
      row.coverage.data() + static_cast<size_t>(segment.x - layout_.min_x);
  const auto count = static_cast<size_t>(segment.count);
  const PixelType type = layout_.channels[segment.channel].type;
  alpha_lit_.assign(count, 0);
  MarkLit(type, segment.samples, segment.count, alpha_lit_.data());
  row_has_clear_alpha_ =
      std::memchr(alpha_lit_.data(), 0, count) != nullptr;
  if (type == PixelType::kHalf) {
    // Halfs from 1 to infinity are the patterns from 0x3c00 to 0x7c00.
    const auto* values = reinterpret_cast<const uint16_t*>(segment.samples);
    Cover(values, count, out, [](uint16_t value) {
      return static_cast<uint16_t>(value - 0x3c00) <= 0x4000;
    });
  } else if (type == PixelType::kFloat) {
    const auto* values = reinterpret_cast<const float*>(segment.samples);
    Cover(values, count, out, [](float value) { return value >= 1; });
  }
  unsigned char kinds = row.kinds;
  for (size_t i = 0; i < count; i++) {
    kinds = static_cast<unsigned char>(kinds | out[i]);
  }
  row.kinds = kinds;
}

void FrameSink::FlushRow() {
  if (row_width_ == 0) return;
  pixel_count_ += static_cast<uint64_t>(row_width_);
  const auto lit = static_cast<uint64_t>(
      row_is_lit_
          ? row_width_
          : std::count(lit_.begin(), lit_.end(), static_cast<unsigned char>(1)));
  empty_count_ += static_cast<uint64_t>(row_width_) - lit;
  if (lit > 0) MarkCells(lit_.data(), row_x_, row_width_, row_y_);
  if (lit > 0 && row_has_clear_alpha_) FindBareColour();
  row_width_ = 0;
}

// Where the alpha is zero, what lights a pixel is its colour.
void FrameSink::FindBareColour() {
  uint64_t count = 0;
  for (size_t i = 0; i < lit_.size(); i++) {
    count += static_cast<uint64_t>(lit_[i] > alpha_lit_[i]);
  }
  if (count == 0) return;
  size_t first = 0;
  while (lit_[first] <= alpha_lit_[first]) first++;
  size_t last = lit_.size() - 1;
  while (lit_[last] <= alpha_lit_[last]) last--;
  const int64_t left = row_x_ + static_cast<int64_t>(first);
  const int64_t right = row_x_ + static_cast<int64_t>(last) + 1;
  Rectangle& window = bare_colour_window_;
  if (bare_colour_count_ == 0) window = {left, row_y_, right - left, 1, 0};
  const int64_t x = std::min(window.x, left);
  const int64_t y = std::min(window.y, row_y_);
  window = {x, y, std::max(window.x + window.width, right) - x,
            std::max(window.y + window.height, row_y_ + 1) - y, 0};
  bare_colour_count_ += count;
}

void FrameSink::MarkCells(const unsigned char* lit, int64_t x, int64_t width,
                          int64_t y) {
  unsigned char* const cells =
      lit_cells_.data() +
      static_cast<size_t>((y - layout_.min_y) / kCell * cells_x_);
  for (int64_t i = 0; i < width;) {
    const int64_t column = x + i - layout_.min_x;
    const int64_t end = std::min(width, i + kCell - column % kCell);
    unsigned char& cell = cells[column / kCell];
    if (cell == 0 &&
        std::memchr(lit + i, 1, static_cast<size_t>(end - i)) != nullptr) {
      cell = 1;
    }
    i = end;
  }
}

// What was not seen is not black.
void FrameSink::LoseChunk(const ChunkPlace& place) {
  BeginChunk(place);
  const std::vector<unsigned char> lit(static_cast<size_t>(place.width), 1);
  for (int64_t y = place.y; y < int64_t{place.y} + place.height; y++) {
    MarkCells(lit.data(), place.x, place.width, y);
  }
}

void FrameSink::Finish() {
  FlushRow();
  FindPinholes(INT64_MAX);
}

void FrameSink::FindPinholes(int64_t end_y) {
  for (auto row = alpha_rows_.begin();
       row != alpha_rows_.end() && row->first < end_y; ++row) {
    const auto above = alpha_rows_.find(row->first - 1);
    const auto below = alpha_rows_.find(row->first + 1);
    if (above == alpha_rows_.end() || below == alpha_rows_.end()) continue;
    FindPinholes(row->first, above->second, row->second, below->second);
  }
  // The last two rows are neighbours of what is to come; the last but one has
  // been looked at already or will never be.
  while (alpha_rows_.size() > 2) alpha_rows_.erase(alpha_rows_.begin());
}

void FrameSink::FindPinholes(int64_t y, const AlphaRow& above,
                             const AlphaRow& row, const AlphaRow& below) {
  constexpr auto kBoth = static_cast<unsigned char>(kFull | kHole);
  if (row.kinds != kBoth || ((above.kinds & below.kinds) & kFull) == 0) return;
  const unsigned char* const a = above.coverage.data();
  const unsigned char* const r = row.coverage.data();
  const unsigned char* const b = below.coverage.data();
  const auto is_pinhole = [&](size_t x) {
    const int around = a[x - 1] & a[x] & a[x + 1] & r[x - 1] & r[x + 1] &
                       b[x - 1] & b[x] & b[x + 1];
    return static_cast<unsigned char>(around & kFull & (r[x] >> 1));
  };
  constexpr size_t kBlock = 64;
  const size_t last = row.coverage.size() - 1;
  for (size_t start = 1; start < last; start += kBlock) {
    const size_t end = std::min(start + kBlock, last);
    unsigned char any = 0;
    for (size_t x = start; x < end; x++) {
      any = static_cast<unsigned char>(any | is_pinhole(x));
    }
    for (size_t x = start; any != 0 && x < end; x++) {
      if (!is_pinhole(x)) continue;
      pinhole_count_++;
      if (pinholes_.size() == kMaxListed) continue;
      pinholes_.push_back({layout_.min_x + static_cast<int64_t>(x), y});
    }
  }
}

Rectangle FrameSink::ToPixels(int64_t x, int64_t y, int64_t width,
                              int64_t height) const {
  Rectangle pixels{layout_.min_x + x * kCell, layout_.min_y + y * kCell,
                   std::min(width * kCell, layout_.level_width - x * kCell),
                   std::min(height * kCell, layout_.level_height - y * kCell),
                   kCell};
  const auto divides = [&](int64_t bucket) {
    const int64_t right = (x + width) * kCell;
    const int64_t bottom = (y + height) * kCell;
    return x * kCell % bucket == 0 && y * kCell % bucket == 0 &&
           (right % bucket == 0 || right >= layout_.level_width) &&
           (bottom % bucket == 0 || bottom >= layout_.level_height);
  };
  while (pixels.bucket * 2 <= std::max(pixels.width, pixels.height) &&
         divides(pixels.bucket * 2)) {
    pixels.bucket *= 2;
  }
  return pixels;
}

std::vector<Rectangle> FrameSink::BlackRectangles() const {
  std::vector<Rectangle> rectangles;
  std::vector<unsigned char> seen = lit_cells_;
  std::vector<int64_t> stack;
  for (int64_t start = 0; start < cells_x_ * cells_y_; start++) {
    if (seen[static_cast<size_t>(start)] != 0) continue;
    int64_t left = cells_x_;
    int64_t right = 0;
    int64_t top = cells_y_;
    int64_t bottom = 0;
    int64_t count = 0;
    stack.push_back(start);
    seen[static_cast<size_t>(start)] = 1;
    while (!stack.empty()) {
      const int64_t cell = stack.back();
      stack.pop_back();
      const int64_t x = cell % cells_x_;
      const int64_t y = cell / cells_x_;
      count++;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
      for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
        if (x + dx < 0 || x + dx >= cells_x_ || y + dy < 0 ||
            y + dy >= cells_y_) {
          continue;
        }
        const int64_t next = (y + dy) * cells_x_ + x + dx;
        if (seen[static_cast<size_t>(next)] != 0) continue;
        seen[static_cast<size_t>(next)] = 1;
        stack.push_back(next);
      }
    }
    const int64_t width = right - left + 1;
    const int64_t height = bottom - top + 1;
    const bool is_rectangle = count == width * height;
    if (!is_rectangle || width < 2 || height < 2 || width == cells_x_ ||
        height == cells_y_) {
      continue;
    }
    rectangles.push_back(ToPixels(left, top, width, height));
  }
  return rectangles;
}

}  // namespace exr_inspector::pixels
