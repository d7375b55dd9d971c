#include "chunk_decoder.h"

#include <cstring>
#include <string>
#include <utility>

namespace exr_inspector::pixels {

namespace {

// Reads little-endian numbers of a leader and refuses to leave its bytes.
class LeaderReader {
 public:
  explicit LeaderReader(ByteView bytes) : bytes_(bytes) {}

  int32_t Int32() { return static_cast<int32_t>(Read(4)); }
  uint64_t Uint64() { return Read(8); }

  ByteView Bytes(uint64_t size) {
    if (size > bytes_.size - position_) {
      throw ChunkFailure("claims " + std::to_string(size) + " bytes of which " +
                         std::to_string(bytes_.size - position_) +
                         " are there");
    }
    const ByteView view{bytes_.data + position_, static_cast<size_t>(size)};
    position_ += static_cast<size_t>(size);
    return view;
  }

 private:
  uint64_t Read(size_t size) {
    if (size > bytes_.size - position_) {
      throw ChunkFailure("breaks off inside its leader");
    }
    uint64_t number = 0;
    for (size_t i = size; i > 0; i--) {
      number = number << 8 | bytes_.data[position_ + i - 1];
    }
    position_ += size;
    return number;
  }

  const ByteView bytes_;
  size_t position_ = 0;
};

std::string AsText(const std::vector<int32_t>& numbers) {
  std::string text;
  for (const int32_t number : numbers) {
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  }
  return text;
}

void RefuseLarge(uint64_t size, uint64_t limit) {
  if (size <= limit) return;
  throw ChunkFailure("would decode to " + std::to_string(size) +
                     " bytes; at most " + std::to_string(limit) +
                     " are decoded at a time");
}

void RefuseEmpty(const PartLayout& layout, const ChunkPlace& place,
                 uint64_t size) {
  if (!IsMostlyEmpty(layout, place, size)) return;
  throw ChunkFailure("claims " + std::to_string(place.height) + " rows of " +
                     std::to_string(layout.channels.size()) +
                     " channels with " + std::to_string(size) + " bytes");
}

}  // namespace

ChunkDecoder::ChunkDecoder(PartLayout layout)
    : layout_(std::move(layout)), imf_(layout_) {}

ChunkDecoder::Data ChunkDecoder::CheckLeader(const PackedChunk& chunk) const {
  LeaderReader reader(chunk.bytes);
  if (layout_.part_number >= 0) {
    const int32_t part = reader.Int32();
    if (part != layout_.part_number) {
      throw ChunkFailure("names part " + std::to_string(part) +
                         " instead of " + std::to_string(layout_.part_number));
    }
  }
  const ChunkPlace& place = chunk.place;
  const std::vector<int32_t> expected =
      layout_.is_tiled
          ? std::vector<int32_t>{place.tile_x, place.tile_y, place.level_x,
                                 place.level_y}
          : std::vector<int32_t>{place.y};
  std::vector<int32_t> found;
  for (size_t i = 0; i < expected.size(); i++) found.push_back(reader.Int32());
  if (found != expected) {
    throw ChunkFailure("says it is at (" + AsText(found) +
                       ") but its place in the table is (" + AsText(expected) +
                       ")");
  }
  Data data;
  if (!layout_.is_deep) {
    data.packed = reader.Bytes(static_cast<uint32_t>(reader.Int32()));
    return data;
  }
  const uint64_t counts_size = reader.Uint64();
  const uint64_t packed_size = reader.Uint64();
  data.unpacked_size = reader.Uint64();
  data.counts = reader.Bytes(counts_size);
  data.packed = reader.Bytes(packed_size);
  return data;
}

void ChunkDecoder::Decode(const PackedChunk& chunk,
                          const std::vector<RowSink*>& sinks) {
  const Data data = CheckLeader(chunk);
  if (layout_.is_deep) {
    DecodeDeep(chunk, data, sinks);
  } else {
    DecodeFlat(chunk, data.packed, sinks);
  }
}

void ChunkDecoder::DecodeFlat(const PackedChunk& chunk, ByteView packed,
                              const std::vector<RowSink*>& sinks) {
  const ChunkPlace& place = chunk.place;
  const uint64_t size = FlatBytes(layout_, place);
  RefuseLarge(size, layout_.max_chunk_bytes);
  RefuseEmpty(layout_, place, size);
  const unsigned char* samples = nullptr;
  if (packed.size >= size) {
    samples = decompressor_.Run(Compression::kNone, packed, size);
  } else if (layout_.compression == Compression::kPxr24) {
    samples = decompressor_.RunPxr24(layout_, place, packed, size);
  } else if (layout_.compression == Compression::kPiz) {
    samples = piz_.Run(layout_, place, packed, size);
  } else if (Decompressor::Knows(layout_.compression)) {
    samples = decompressor_.Run(layout_.compression, packed, size);
  } else {
    imf_.Decode(place, chunk.index, packed);
  }

  for (RowSink* sink : sinks) sink->BeginChunk(place);
  for (int64_t y = place.y; y < int64_t{place.y} + place.height; y++) {
    for (size_t c = 0; c < layout_.channels.size(); c++) {
      const ChannelLayout& channel = layout_.channels[c];
      if (!channel.HasRow(y)) continue;
      const int64_t count = channel.SamplesIn(place.x, place.width);
      const unsigned char* row = samples;
      if (samples != nullptr) {
        samples += static_cast<size_t>(count) * SampleBytes(channel.type);
      }
      if (!channel.is_wanted || count == 0 || !IsSeen(y)) continue;
      if (row == nullptr) row = imf_.Row(c, y);
      Emit({c, y, channel.FirstSample(place.x), channel.x_sampling,
            place.width, count, row, nullptr},
           sinks);
    }
  }
  for (RowSink* sink : sinks) sink->EndChunk();
}

// A row may begin at an odd place behind one of half floats.
void ChunkDecoder::Emit(RowSegment segment,
                        const std::vector<RowSink*>& sinks) {
  const size_t bytes = SampleBytes(layout_.channels[segment.channel].type);
  if (segment.samples != nullptr &&
      reinterpret_cast<uintptr_t>(segment.samples) % bytes != 0) {
    aligned_.assign(segment.samples,
                    segment.samples +
                        static_cast<size_t>(segment.count) * bytes);
    segment.samples = aligned_.data();
  }
  for (RowSink* sink : sinks) sink->Row(segment);
}

// Rising sums that start over in each row (OpenEXR file layout, "Deep data").
void ChunkDecoder::SumSampleCounts(const ChunkPlace& place,
                                   const unsigned char* raw) {
  const auto width = static_cast<size_t>(place.width);
  const size_t pixels = width * static_cast<size_t>(place.height);
  cumulative_.resize(pixels);
  std::memcpy(cumulative_.data(), raw, pixels * sizeof(int32_t));
  for (size_t i = 0; i < pixels; i++) {
    const int32_t before = i % width == 0 ? 0 : cumulative_[i - 1];
    if (cumulative_[i] < before) {
      throw ChunkFailure("has a pixel with a negative number of samples");
    }
  }
}

void ChunkDecoder::DecodeDeep(const PackedChunk& chunk, const Data& data,
                              const std::vector<RowSink*>& sinks) {
  const ChunkPlace& place = chunk.place;
  const uint64_t table_size = static_cast<uint64_t>(place.width) *
                              static_cast<uint64_t>(place.height) *
                              sizeof(int32_t);
  RefuseLarge(table_size, layout_.max_chunk_bytes);
  const unsigned char* table =
      decompressor_.Run(layout_.compression, data.counts, table_size);
  SumSampleCounts(place, table);

  uint64_t sample_bytes = 0;
  for (const ChannelLayout& channel : layout_.channels) {
    sample_bytes += SampleBytes(channel.type);
  }
  uint64_t samples_total = 0;
  for (int64_t row = 1; row <= place.height; row++) {
    samples_total += static_cast<uint64_t>(
        cumulative_[static_cast<size_t>(row * place.width - 1)]);
  }
  // Below 2^31 pixels of 2^31 samples, which a 64-bit product holds.
  const uint64_t size = samples_total * sample_bytes;
  RefuseLarge(size, layout_.max_chunk_bytes);
  if (size != data.unpacked_size) {
    throw ChunkFailure("claims " + std::to_string(data.unpacked_size) +
                       " bytes of samples, its counts add up to " +
                       std::to_string(size));
  }
  RefuseEmpty(layout_, place, table_size + size);
  const unsigned char* samples =
      size == 0 ? nullptr
                : decompressor_.Run(layout_.compression, data.packed, size);

  for (RowSink* sink : sinks) sink->BeginChunk(place);
  for (int64_t y = place.y; y < int64_t{place.y} + place.height; y++) {
    const int32_t* cumulative =
        cumulative_.data() +
        static_cast<size_t>((y - place.y) * int64_t{place.width});
    const int64_t count = cumulative[place.width - 1];
    for (size_t c = 0; c < layout_.channels.size(); c++) {
      const ChannelLayout& channel = layout_.channels[c];
      const unsigned char* row = samples;
      if (samples != nullptr) {
        samples += static_cast<size_t>(count) * SampleBytes(channel.type);
      }
      if (!channel.is_wanted || !IsSeen(y)) continue;
      Emit({c, y, place.x, 1, place.width, count, row, cumulative}, sinks);
    }
  }
  for (RowSink* sink : sinks) sink->EndChunk();
}

}  // namespace exr_inspector::pixels
