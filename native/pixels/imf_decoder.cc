#include "imf_decoder.h"

#include <ImathBox.h>
#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfInputFile.h>
#include <ImfTileDescription.h>
#include <ImfTiledInputFile.h>
#include <ImfVersion.h>

#include <cstring>
#include <string>

namespace exr_inspector::pixels {

namespace {

namespace exr = OPENEXR_IMF_NAMESPACE;

// Chunk i pretends to lie this far behind chunk i - 1.
constexpr uint64_t kChunkStride = uint64_t{1} << 32;
constexpr size_t kShortName = 31;

class StringStream final : public exr::OStream {
 public:
  StringStream() : OStream("header") {}
  void write(const char bytes[], int count) override {
    const auto size = static_cast<size_t>(count);
    if (bytes_.size() < position_ + size) bytes_.resize(position_ + size);
    std::memcpy(&bytes_[position_], bytes, size);
    position_ += size;
  }
  uint64_t tellp() override { return position_; }
  void seekp(uint64_t position) override {
    position_ = static_cast<size_t>(position);
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  size_t position_ = 0;
};

exr::PixelType ToImf(PixelType type) {
  if (type == PixelType::kHalf) return exr::HALF;
  return type == PixelType::kFloat ? exr::FLOAT : exr::UINT;
}

template <typename Number>
void Append(std::string& bytes, Number number) {
  char raw[sizeof(Number)];
  for (size_t i = 0; i < sizeof(Number); i++) {
    raw[i] = static_cast<char>(number >> (8 * i) & 0xff);
  }
  bytes.append(raw, sizeof(Number));
}

// Magic number, version word and header of a single-part file.
std::string HeaderBytes(const PartLayout& layout) {
  const Imath::Box2i window(Imath::V2i(layout.min_x, layout.min_y),
                            Imath::V2i(layout.max_x, layout.max_y));
  exr::Header header(window, window, 1, Imath::V2f(0, 0), 1,
                     exr::INCREASING_Y,
                     static_cast<exr::Compression>(layout.compression));
  bool has_long_name = false;
  for (const ChannelLayout& channel : layout.channels) {
    header.channels().insert(
        channel.name,
        exr::Channel(ToImf(channel.type), channel.x_sampling,
                     channel.y_sampling, channel.perceptually_linear));
    has_long_name |= channel.name.size() > kShortName;
  }
  if (layout.is_tiled) {
    header.setTileDescription(exr::TileDescription(
        layout.tile_width, layout.tile_height,
        static_cast<exr::LevelMode>(layout.level_mode),
        static_cast<exr::LevelRoundingMode>(layout.rounding_mode)));
  }
  std::string bytes;
  Append(bytes, static_cast<uint32_t>(exr::MAGIC));
  Append(bytes, static_cast<uint32_t>(
                    2 | (layout.is_tiled ? exr::TILED_FLAG : 0) |
                    (has_long_name ? exr::LONG_NAMES_FLAG : 0)));
  StringStream stream;
  header.writeTo(stream, layout.is_tiled);
  return bytes + stream.Take();
}

}  // namespace

class ImfDecoder::VirtualFile final : public exr::IStream {
 public:
  explicit VirtualFile(std::string header)
      : IStream("chunk"), header_(std::move(header)) {}

  // The library reads on without a seek when it takes the chunk for the next
  // one.
  void Supply(uint64_t index, std::string leader, ByteView packed) {
    position_ = (index + 1) * kChunkStride;
    index_ = index;
    leader_ = std::move(leader);
    packed_ = packed;
  }

  bool read(char out[], int count) override {
    for (int i = 0; i < count;) {
      i += Copy(out + i, static_cast<size_t>(count - i));
    }
    return true;
  }
  uint64_t tellg() override { return position_; }
  void seekg(uint64_t position) override { position_ = position; }
  void clear() override {}

 private:
  int Copy(char* out, size_t count) {
    if (position_ < header_.size()) {
      return Take(out, header_.data() + position_,
                  std::min<size_t>(count, header_.size() - position_));
    }
    const uint64_t chunk = position_ / kChunkStride;
    if (chunk == 0) return CopyTable(out, count);
    const uint64_t at = position_ % kChunkStride;
    if (chunk != index_ + 1) throw ChunkFailure("another chunk was asked for");
    if (at < leader_.size()) {
      return Take(out, leader_.data() + at,
                  std::min<size_t>(count, leader_.size() - at));
    }
    const uint64_t from = at - leader_.size();
    if (from >= packed_.size) throw ChunkFailure("its data ends too early");
    return Take(out, reinterpret_cast<const char*>(packed_.data) + from,
                std::min<size_t>(count, packed_.size - from));
  }

  // Part of the entry at hand: the offset where that chunk pretends to lie.
  int CopyTable(char* out, size_t count) {
    const uint64_t at = position_ - header_.size();
    std::string entry;
    Append(entry, (at / 8 + 1) * kChunkStride);
    const size_t from = at % 8;
    return Take(out, entry.data() + from, std::min<size_t>(count, 8 - from));
  }

  int Take(char* out, const char* from, size_t count) {
    std::memcpy(out, from, count);
    position_ += count;
    return static_cast<int>(count);
  }

  const std::string header_;
  uint64_t index_ = 0;
  std::string leader_;
  ByteView packed_;
  uint64_t position_ = 0;
};

// One of the library's two readers.
class ImfDecoder::Reader {
 public:
  Reader(VirtualFile& file, bool is_tiled) {
    if (is_tiled) {
      tiles_ = std::make_unique<exr::TiledInputFile>(file, 0);
    } else {
      rows_ = std::make_unique<exr::InputFile>(file, 0);
    }
  }

  void Read(const exr::FrameBuffer& buffer, const ChunkPlace& place) {
    if (tiles_) {
      tiles_->setFrameBuffer(buffer);
      tiles_->readTile(place.tile_x, place.tile_y, place.level_x,
                       place.level_y);
    } else {
      rows_->setFrameBuffer(buffer);
      rows_->readPixels(place.y, place.y + place.height - 1);
    }
  }

 private:
  std::unique_ptr<exr::InputFile> rows_;
  std::unique_ptr<exr::TiledInputFile> tiles_;
};

ImfDecoder::ImfDecoder(const PartLayout& layout)
    : layout_(layout), planes_(layout.channels.size()) {}

ImfDecoder::~ImfDecoder() = default;

void ImfDecoder::Decode(const ChunkPlace& place, uint64_t index,
                        ByteView packed) try {
  if (!file_) {
    auto file = std::make_unique<VirtualFile>(HeaderBytes(layout_));
    reader_ = std::make_unique<Reader>(*file, layout_.is_tiled);
    file_ = std::move(file);
  }
  place_ = place;
  std::string leader;
  if (layout_.is_tiled) {
    for (const int32_t number :
         {place.tile_x, place.tile_y, place.level_x, place.level_y}) {
      Append(leader, static_cast<uint32_t>(number));
    }
  } else {
    Append(leader, static_cast<uint32_t>(place.y));
  }
  Append(leader, static_cast<uint32_t>(packed.size));
  file_->Supply(index, std::move(leader), packed);

  exr::FrameBuffer buffer;
  for (size_t c = 0; c < layout_.channels.size(); c++) {
    const ChannelLayout& channel = layout_.channels[c];
    if (!channel.is_wanted) continue;
    const size_t stride = SampleBytes(channel.type);
    const int64_t row_samples = channel.SamplesIn(place.x, place.width);
    const size_t row_bytes = static_cast<size_t>(row_samples) * stride;
    planes_[c].resize(row_bytes * static_cast<size_t>(channel.RowsIn(
                                      place.y, place.height)));
    if (planes_[c].empty()) continue;
    // The library adds x / sampling and y / sampling times the strides to the
    // base, which therefore lies outside of the plane.
    const int64_t first_x =
        FloorDivide(channel.FirstSample(place.x), channel.x_sampling);
    const int64_t first_y =
        -FloorDivide(-int64_t{place.y}, channel.y_sampling);
    const auto base = reinterpret_cast<intptr_t>(planes_[c].data()) -
                      first_x * static_cast<int64_t>(stride) -
                      first_y * static_cast<int64_t>(row_bytes);
    buffer.insert(channel.name,
                  exr::Slice(ToImf(channel.type),
                             reinterpret_cast<char*>(base), stride, row_bytes,
                             channel.x_sampling, channel.y_sampling));
  }
  // The library refuses to decode for nobody.
  if (buffer.begin() == buffer.end()) return;
  reader_->Read(buffer, place);
} catch (const ChunkFailure&) {
  reader_.reset();
  file_.reset();
  throw;
} catch (const std::exception& failure) {
  // What the library keeps of a chunk it failed on is not to be trusted.
  reader_.reset();
  file_.reset();
  throw ChunkFailure(failure.what());
}

const unsigned char* ImfDecoder::Row(size_t channel, int64_t y) const {
  const ChannelLayout& layout = layout_.channels[channel];
  const size_t row_bytes =
      static_cast<size_t>(layout.SamplesIn(place_.x, place_.width)) *
      SampleBytes(layout.type);
  const int64_t row = FloorDivide(y, layout.y_sampling) +
                      FloorDivide(-int64_t{place_.y}, layout.y_sampling);
  return planes_[channel].data() + static_cast<size_t>(row) * row_bytes;
}

}  // namespace exr_inspector::pixels
