#ifndef EXR_INSPECTOR_PIXELS_REDUCE_H_
#define EXR_INSPECTOR_PIXELS_REDUCE_H_

#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// The value of each of the 65,536 halfs.
const std::vector<float>& HalfTable();

// A sample of a row, exactly.
inline double ValueAt(PixelType type, const unsigned char* samples, size_t index) {
  if (type == PixelType::kHalf) {
    uint16_t bits = 0;
    std::memcpy(&bits, samples + index * 2, 2);
    return double{HalfTable()[bits]};
  }
  if (type == PixelType::kFloat) {
    float value = 0;
    std::memcpy(&value, samples + index * 4, 4);
    return double{value};
  }
  uint32_t value = 0;
  std::memcpy(&value, samples + index * 4, 4);
  return value;
}

// A picture of some pixels of the level: each cell of a grid over them is the
// mean of the finite samples in it, in deep parts of the first of each pixel, or
// of how many samples the pixels have. Where the grid is finer than the pixels,
// cells repeat; where it is as fine, they are the samples as they are.
class ReduceSink final : public RowSink {
 public:
  // Pixels [x, x + width) x [y, y + height), and the size of the grid.
  struct Area {
    int64_t x = 0;
    int64_t y = 0;
    int64_t width = 0;
    int64_t height = 0;
    int64_t grid_width = 0;
    int64_t grid_height = 0;
    // In the place of values: how many samples each deep pixel has.
    bool counts_samples = false;
    // The rows of the grid that are kept: [first_row, end_row). All of them where
    // the grid is finer than the pixels.
    int64_t first_row = 0;
    int64_t end_row = 0;
  };

  // `channels` says of each channel whether it is wanted.
  ReduceSink(const PartLayout& layout, const Area& area,
             const std::vector<bool>& channels);
  void BeginChunk(const ChunkPlace& place) override;
  void Row(const RowSegment& segment) override;

  // The rows that are kept, one after the other; NaN where no sample was seen.
  // Empty for channels that are not wanted. Once for each channel, at the end.
  std::vector<float> TakePicture(size_t channel);

 private:
  // A row of cells that samples may still come for.
  struct OpenRow {
    std::vector<double> sums;
    std::vector<uint32_t> counts;
  };
  struct Grid {
    // Of the rows from `first_open_` on.
    std::deque<OpenRow> open;
    // The means of the rows before; a row of the grid takes a third of an open
    // one.
    std::vector<float> means;
  };

  template <typename Value>
  void Add(const RowSegment& segment, OpenRow& row, const Value& value_at);
  int64_t CellRow(int64_t y) const {
    return (y - area_.y) * cells_y_ / area_.height;
  }
  void CloseRowsBefore(int64_t row);

  const PartLayout& layout_;
  const Area area_;
  // Cells are those of min(grid, pixels); TakePicture() repeats them.
  const int64_t cells_x_;
  const int64_t cells_y_;
  const bool is_exact_;
  // Of each column of cells the first pixel behind it, from the area's left edge.
  std::vector<int64_t> ends_;
  std::vector<Grid> grids_;
  int64_t first_open_;
  int64_t end_row_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_REDUCE_H_
