#include "pixel_samples.h"

#include <algorithm>

#include "reduce.h"

namespace exr_inspector::pixels {

void PixelSamplesSink::Row(const RowSegment& segment) {
  const ChannelLayout& layout = layout_.channels[segment.channel];
  const int64_t row = FloorDivide(y_, layout.y_sampling) * layout.y_sampling;
  const int64_t column = FloorDivide(x_, layout.x_sampling) * layout.x_sampling;
  const bool is_deep = segment.cumulative != nullptr;
  const int64_t pixel = (column - segment.x) / segment.x_step;
  if (segment.y != row || column < segment.x ||
      pixel >= (is_deep ? segment.width : segment.count)) {
    return;
  }
  int64_t first = pixel;
  int64_t count = 1;
  if (is_deep) {
    first = pixel == 0 ? 0 : segment.cumulative[pixel - 1];
    count = segment.cumulative[pixel] - first;
  }
  Channel& channel = channels_[segment.channel];
  channel.count = count;
  channel.values.clear();
  for (int64_t i = 0; i < std::min(count, most_); i++) {
    channel.values.push_back(ValueAt(layout.type, segment.samples,
                                     static_cast<size_t>(first + i)));
  }
}

}  // namespace exr_inspector::pixels
