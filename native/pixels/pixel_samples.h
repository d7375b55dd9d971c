#ifndef EXR_INSPECTOR_PIXELS_PIXEL_SAMPLES_H_
#define EXR_INSPECTOR_PIXELS_PIXEL_SAMPLES_H_

#include <cstdint>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// Every channel's samples at one pixel, exactly. A subsampled channel has the
// sample that covers the pixel.
class PixelSamplesSink final : public RowSink {
 public:
  struct Channel {
    // -1 while the pixel was not seen; deep pixels may have none or many.
    int64_t count = -1;
    // The first of them, at most as many as were asked for.
    std::vector<double> values;
  };

  PixelSamplesSink(const PartLayout& layout, int64_t x, int64_t y, int64_t most)
      : layout_(layout), x_(x), y_(y), most_(most),
        channels_(layout.channels.size()) {}
  void Row(const RowSegment& segment) override;

  const std::vector<Channel>& channels() const { return channels_; }

 private:
  const PartLayout& layout_;
  const int64_t x_;
  const int64_t y_;
  const int64_t most_;
  std::vector<Channel> channels_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_PIXEL_SAMPLES_H_
