#include "image_writer.h"

#include <ImfChannelList.h>
#include <ImfDeepFrameBuffer.h>
#include <ImfDeepScanLineOutputPart.h>
#include <ImfDeepTiledOutputPart.h>
#include <ImfFrameBuffer.h>
#include <ImfMultiPartOutputFile.h>
#include <ImfOutputFile.h>
#include <ImfOutputPart.h>
#include <ImfPartType.h>
#include <ImfTiledOutputFile.h>
#include <ImfTiledOutputPart.h>
#include <half.h>

#include <cmath>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "memory_stream.h"

namespace {

using Imath::Box2i;

int Width(const Box2i& box) { return box.max.x - box.min.x + 1; }
int Height(const Box2i& box) { return box.max.y - box.min.y + 1; }

size_t SampleBytes(Imf::PixelType type) { return type == Imf::HALF ? 2 : 4; }

// Only integer arithmetic before the last division: no libm, so every machine writes the same pixels.
float Pattern(int x, int y, int channel, int phase) {
  const uint32_t mixed = static_cast<uint32_t>(x * 7 + y * 13 + channel * 29 + phase * 3);
  return static_cast<float>(mixed % 97u) / 97.0f;
}

void StoreSample(Imf::PixelType type, float value, char* to) {
  if (type == Imf::HALF) {
    const half h(value);
    std::memcpy(to, &h, sizeof h);
  } else if (type == Imf::FLOAT) {
    std::memcpy(to, &value, sizeof value);
  } else {
    const auto id = static_cast<uint32_t>(value * 97.0f);
    std::memcpy(to, &id, sizeof id);
  }
}

// Owns the pixels of every channel of one data window.
class FlatPixels {
 public:
  FlatPixels(const Imf::ChannelList& channels, const Box2i& window, int phase) {
    int index = 0;
    for (auto it = channels.begin(); it != channels.end(); ++it, ++index) {
      const Imf::Channel& channel = it.channel();
      const int columns = Width(window) / channel.xSampling;
      const int rows = Height(window) / channel.ySampling;
      const size_t size = SampleBytes(channel.type);
      std::vector<char>& pixels = storage_.emplace_back(size * static_cast<size_t>(columns) * static_cast<size_t>(rows));
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
          const size_t at = size * (static_cast<size_t>(y) * static_cast<size_t>(columns) + static_cast<size_t>(x));
          StoreSample(channel.type, Pattern(x, y, index, phase), pixels.data() + at);
        }
      }
      buffer_.insert(it.name(), Imf::Slice::Make(channel.type, pixels.data(), window, size,
                                                 size * static_cast<size_t>(columns), channel.xSampling,
                                                 channel.ySampling));
    }
  }

  const Imf::FrameBuffer& buffer() const { return buffer_; }

 private:
  std::deque<std::vector<char>> storage_;
  Imf::FrameBuffer buffer_;
};

// Owns the samples of every channel of one data window; pixels hold 0 to 3 samples.
class DeepPixels {
 public:
  DeepPixels(const Imf::ChannelList& channels, const Box2i& window, int phase) {
    const auto width = static_cast<size_t>(Width(window));
    const size_t count = width * static_cast<size_t>(Height(window));
    const auto origin = static_cast<ptrdiff_t>(window.min.x) +
                        static_cast<ptrdiff_t>(window.min.y) * static_cast<ptrdiff_t>(width);
    counts_.resize(count);
    size_t total = 0;
    for (size_t i = 0; i < count; ++i) {
      counts_[i] = static_cast<uint32_t>((i * 5 + static_cast<size_t>(phase)) % 4);
      total += counts_[i];
    }
    buffer_.insertSampleCountSlice(Imf::Slice(Imf::UINT, Base(counts_.data(), origin), sizeof(uint32_t),
                                              sizeof(uint32_t) * width));
    int index = 0;
    for (auto it = channels.begin(); it != channels.end(); ++it, ++index) {
      const Imf::PixelType type = it.channel().type;
      const size_t size = SampleBytes(type);
      std::vector<char>& samples = samples_.emplace_back(size * total + 1);
      std::vector<char*>& pointers = pointers_.emplace_back(count);
      size_t used = 0;
      for (size_t i = 0; i < count; ++i) {
        pointers[i] = samples.data() + used * size;
        // Depth grows within a pixel, so every pixel is sorted front to back.
        for (uint32_t s = 0; s < counts_[i]; ++s, ++used) {
          StoreSample(type, 0.1f + static_cast<float>(s) + 0.01f * static_cast<float>(index),
                      samples.data() + used * size);
        }
      }
      buffer_.insert(it.name(), Imf::DeepSlice(type, Base(pointers.data(), origin), sizeof(char*),
                                               sizeof(char*) * width, size));
    }
  }

  const Imf::DeepFrameBuffer& buffer() const { return buffer_; }

 private:
  // OpenEXR addresses pixels from (0, 0), which lies outside the memory when the window does not start there.
  template <typename T>
  static char* Base(T* first, ptrdiff_t origin) {
    const auto address = reinterpret_cast<intptr_t>(first) - origin * static_cast<ptrdiff_t>(sizeof(T));
    return reinterpret_cast<char*>(address);
  }

  std::vector<uint32_t> counts_;
  std::deque<std::vector<char>> samples_;
  std::deque<std::vector<char*>> pointers_;
  Imf::DeepFrameBuffer buffer_;
};

int Share(int count, double fraction) { return static_cast<int>(std::floor(count * fraction)); }

template <typename Pixels, typename Output>
void WriteLines(Output& output, const Imf::Header& header, const WriteOptions& options) {
  const Pixels pixels(header.channels(), header.dataWindow(), options.phase);
  output.setFrameBuffer(pixels.buffer());
  output.writePixels(Share(Height(header.dataWindow()), options.fraction));
}

template <typename Pixels, typename Output>
void WriteTiles(Output& output, const Imf::Header& header, const WriteOptions& options) {
  for (int ly = 0; ly < output.numYLevels(); ++ly) {
    for (int lx = 0; lx < output.numXLevels(); ++lx) {
      if (!output.isValidLevel(lx, ly)) continue;
      const Pixels pixels(header.channels(), output.dataWindowForLevel(lx, ly), options.phase);
      output.setFrameBuffer(pixels.buffer());
      const int columns = output.numXTiles(lx);
      const int wanted = Share(columns * output.numYTiles(ly), options.fraction);
      for (int tile = 0; tile < wanted; ++tile) output.writeTile(tile % columns, tile / columns, lx, ly);
    }
  }
}

void WritePart(Imf::MultiPartOutputFile& file, int index, const WriteOptions& options) {
  const Imf::Header& header = file.header(index);
  const std::string& type = header.type();
  if (type == Imf::TILEDIMAGE) {
    Imf::TiledOutputPart part(file, index);
    WriteTiles<FlatPixels>(part, header, options);
  } else if (type == Imf::DEEPTILE) {
    Imf::DeepTiledOutputPart part(file, index);
    WriteTiles<DeepPixels>(part, header, options);
  } else if (type == Imf::DEEPSCANLINE) {
    Imf::DeepScanLineOutputPart part(file, index);
    WriteLines<DeepPixels>(part, header, options);
  } else {
    Imf::OutputPart part(file, index);
    WriteLines<FlatPixels>(part, header, options);
  }
}

// A single part without `type` attribute, as most programs write them; the multi-part writer insists on one.
void WriteUntyped(Imf::OStream& stream, const Imf::Header& header, const WriteOptions& options) {
  if (header.hasTileDescription()) {
    Imf::TiledOutputFile file(stream, header, 0);
    WriteTiles<FlatPixels>(file, header, options);
  } else {
    Imf::OutputFile file(stream, header, 0);
    WriteLines<FlatPixels>(file, header, options);
  }
}

void WriteParts(Imf::OStream& stream, const std::vector<Imf::Header>& headers, const WriteOptions& options) {
  const int parts = static_cast<int>(headers.size());
  Imf::MultiPartOutputFile file(stream, headers.data(), parts, false, 0);
  for (int i = 0; i < parts; ++i) {
    if (options.first_empty_part < 0 || i < options.first_empty_part) WritePart(file, i, options);
  }
}

}  // namespace

std::string WriteImage(const std::vector<Imf::Header>& headers, const WriteOptions& options) {
  MemoryStream stream;
  if (headers.size() == 1 && !headers[0].hasType()) {
    WriteUntyped(stream, headers[0], options);
  } else {
    WriteParts(stream, headers, options);
  }
  return stream.Take();
}

void SaveFile(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}
