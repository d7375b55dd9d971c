#ifndef EXR_INSPECTOR_PIXELS_REDUCE_H_
#define EXR_INSPECTOR_PIXELS_REDUCE_H_

#include <cstdint>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// The value of each of the 65,536 halfs.
const std::vector<float>& HalfTable();

// A small picture of the level: each cell of a grid over the data window is the
// mean of the finite samples in it, in deep parts of those of the nearest
// sample of each pixel. Where the grid is finer than the pixels, cells repeat.
class ReduceSink final : public RowSink {
 public:
  // `width` and `height` are those of the grid; `channels` says of each channel
  // whether it is wanted.
  ReduceSink(const PartLayout& layout, int32_t width, int32_t height,
             const std::vector<bool>& channels);
  void Row(const RowSegment& segment) override;

  // Row by row; NaN where no sample was seen. Empty for channels that are not
  // wanted.
  std::vector<float> Picture(size_t channel) const;

 private:
  struct Grid {
    std::vector<double> sums;
    std::vector<uint32_t> counts;
  };

  template <typename Value>
  void Add(const RowSegment& segment, double* sums, uint32_t* counts,
           const Value& value_at);

  const PartLayout& layout_;
  const int32_t width_;
  const int32_t height_;
  // Cells are those of min(grid, level); Picture() repeats them.
  const int32_t cells_x_;
  const int32_t cells_y_;
  std::vector<Grid> grids_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_REDUCE_H_
