#include "recode.h"

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfOutputFile.h>
#include <ImfTileDescription.h>
#include <ImfTiledOutputFile.h>

#include <algorithm>
#include <cstring>

namespace exr_inspector::pixels {

namespace {

namespace exr = OPENEXR_IMF_NAMESPACE;

// Counts what is written, and keeps nothing.
class CountingStream final : public exr::OStream {
 public:
  CountingStream() : OStream("nowhere") {}
  void write(const char[], int count) override {
    position_ += static_cast<uint64_t>(count);
  }
  uint64_t tellp() override { return position_; }
  void seekp(uint64_t position) override { position_ = position; }

 private:
  uint64_t position_ = 0;
};

exr::PixelType ToImf(PixelType type) {
  if (type == PixelType::kHalf) return exr::HALF;
  return type == PixelType::kFloat ? exr::FLOAT : exr::UINT;
}

}  // namespace

size_t RecodeSink::RowBytes(const ChannelLayout& channel) const {
  return static_cast<size_t>(channel.SamplesIn(area_.x, area_.width)) *
         SampleBytes(channel.type);
}

void RecodeSink::Start(const ChunkPlace& area) {
  area_ = area;
  missing_bytes_ = 0;
  for (size_t c = 0; c < planes_.size(); c++) {
    const ChannelLayout& channel = layout_.channels[c];
    planes_[c].assign(RowBytes(channel) * static_cast<size_t>(channel.RowsIn(
                                              area.y, area.height)),
                      0);
    missing_bytes_ += planes_[c].size();
  }
}

void RecodeSink::Row(const RowSegment& segment) {
  if (segment.y < area_.y || segment.y >= int64_t{area_.y} + area_.height) {
    return;
  }
  const ChannelLayout& channel = layout_.channels[segment.channel];
  const size_t size = SampleBytes(channel.type);
  const size_t row_bytes = RowBytes(channel);
  const int64_t skipped =
      (segment.x - channel.FirstSample(area_.x)) / channel.x_sampling;
  const size_t bytes = static_cast<size_t>(segment.count) * size;
  if (skipped < 0 || static_cast<size_t>(skipped) * size + bytes > row_bytes) {
    return;
  }
  const int64_t row = FloorDivide(segment.y, channel.y_sampling) +
                      FloorDivide(-int64_t{area_.y}, channel.y_sampling);
  std::memcpy(planes_[segment.channel].data() +
                  static_cast<size_t>(row) * row_bytes +
                  static_cast<size_t>(skipped) * size,
              segment.samples, bytes);
  missing_bytes_ -= std::min<uint64_t>(missing_bytes_, bytes);
}

uint64_t RecodeSink::Bytes(Compression compression) const try {
  if (missing_bytes_ > 0) throw ChunkFailure("samples of it are missing");
  const Imath::Box2i window(
      Imath::V2i(area_.x, area_.y),
      Imath::V2i(area_.x + area_.width - 1, area_.y + area_.height - 1));
  exr::Header header(window, window, 1, Imath::V2f(0, 0), 1, exr::INCREASING_Y,
                     static_cast<exr::Compression>(compression));
  exr::FrameBuffer buffer;
  for (size_t c = 0; c < planes_.size(); c++) {
    const ChannelLayout& channel = layout_.channels[c];
    header.channels().insert(
        channel.name,
        exr::Channel(ToImf(channel.type), channel.x_sampling,
                     channel.y_sampling, channel.perceptually_linear));
    const size_t stride = SampleBytes(channel.type);
    const size_t row_bytes = RowBytes(channel);
    // The library adds x / sampling and y / sampling times the strides to the
    // base, which therefore lies outside of the plane. It only reads.
    const int64_t first_x =
        FloorDivide(channel.FirstSample(area_.x), channel.x_sampling);
    const int64_t first_y = -FloorDivide(-int64_t{area_.y}, channel.y_sampling);
    const auto base = reinterpret_cast<intptr_t>(planes_[c].data()) -
                      first_x * static_cast<int64_t>(stride) -
                      first_y * static_cast<int64_t>(row_bytes);
    buffer.insert(channel.name,
                  exr::Slice(ToImf(channel.type),
                             reinterpret_cast<char*>(base), stride, row_bytes,
                             channel.x_sampling, channel.y_sampling));
  }
  CountingStream stream;
  if (layout_.is_tiled) {
    header.setTileDescription(exr::TileDescription(
        layout_.tile_width, layout_.tile_height, exr::ONE_LEVEL));
    exr::TiledOutputFile file(stream, header, 0);
    const uint64_t before = stream.tellp();
    file.setFrameBuffer(buffer);
    file.writeTile(0, 0);
    return stream.tellp() - before;
  }
  exr::OutputFile file(stream, header, 0);
  const uint64_t before = stream.tellp();
  file.setFrameBuffer(buffer);
  file.writePixels(area_.height);
  return stream.tellp() - before;
} catch (const ChunkFailure&) {
  throw;
} catch (const std::exception& failure) {
  throw ChunkFailure(failure.what());
}

}  // namespace exr_inspector::pixels
