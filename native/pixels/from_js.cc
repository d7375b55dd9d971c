#include "from_js.h"

namespace exr_inspector::pixels {

namespace {

ChannelLayout ToChannel(const Napi::Object& object) {
  ChannelLayout channel;
  channel.name = object.Get("name").As<Napi::String>().Utf8Value();
  channel.type = static_cast<PixelType>(ToInt32(object.Get("type")));
  channel.x_sampling = ToInt32(object.Get("xSampling"));
  channel.y_sampling = ToInt32(object.Get("ySampling"));
  channel.perceptually_linear = object.Get("pLinear").ToBoolean();
  channel.is_wanted = object.Get("isWanted").ToBoolean();
  channel.colour_group = ToInt32(object.Get("colourGroup"));
  return channel;
}

}  // namespace

PartLayout ToLayout(const Napi::Object& object) {
  const auto number = [&](const char* name) {
    return ToInt32(object.Get(name));
  };
  PartLayout layout;
  layout.compression = static_cast<Compression>(number("compression"));
  layout.is_tiled = object.Get("isTiled").ToBoolean();
  layout.is_deep = object.Get("isDeep").ToBoolean();
  layout.part_number = number("partNumber");
  layout.min_x = number("minX");
  layout.min_y = number("minY");
  layout.max_x = number("maxX");
  layout.max_y = number("maxY");
  layout.tile_width =
      object.Get("tileWidth").As<Napi::Number>().Uint32Value();
  layout.tile_height =
      object.Get("tileHeight").As<Napi::Number>().Uint32Value();
  layout.level_mode = number("levelMode");
  layout.rounding_mode = number("roundingMode");
  layout.level_width = number("levelWidth");
  layout.level_height = number("levelHeight");
  layout.max_chunk_bytes = static_cast<uint64_t>(
      object.Get("maxChunkBytes").As<Napi::Number>().Int64Value());
  layout.row_step = number("rowStep");
  const auto channels = object.Get("channels").As<Napi::Array>();
  for (uint32_t i = 0; i < channels.Length(); i++) {
    layout.channels.push_back(
        ToChannel(channels.Get(i).As<Napi::Object>()));
  }
  return layout;
}

std::vector<IdChannel> ToIdChannels(const Napi::Int32Array& numbers) {
  std::vector<IdChannel> channels;
  for (size_t i = 0; i + 3 <= numbers.ElementLength(); i += 3) {
    const int32_t* const of = numbers.Data() + i;
    IdChannel channel;
    channel.role = static_cast<IdRole>(of[0]);
    channel.layer = static_cast<size_t>(of[1]);
    channel.is_paired = of[2] >= 0;
    channel.pair = channel.is_paired ? static_cast<size_t>(of[2]) : 0;
    channels.push_back(channel);
  }
  return channels;
}

std::vector<FileSpan> ToSpans(const Napi::Value& value) {
  const auto numbers = value.As<Napi::Float64Array>();
  std::vector<FileSpan> spans;
  for (size_t i = 0; i + 2 <= numbers.ElementLength(); i += 2) {
    spans.push_back({static_cast<uint64_t>(numbers.Data()[i]),
                     static_cast<uint64_t>(numbers.Data()[i + 1])});
  }
  return spans;
}

std::vector<PackedChunk> ToPlaces(size_t count, const Napi::Value& places,
                                  const Napi::Value& indexes) {
  const auto numbers = places.As<Napi::Int32Array>();
  const auto entries = indexes.As<Napi::Float64Array>();
  if (numbers.ElementLength() != count * 8 ||
      entries.ElementLength() != count) {
    throw Napi::Error::New(places.Env(), "chunks and places differ in number");
  }
  std::vector<PackedChunk> chunks(count);
  for (size_t i = 0; i < count; i++) {
    const int32_t* place = numbers.Data() + i * 8;
    chunks[i].place = {place[0], place[1], place[2], place[3],
                       place[4], place[5], place[6], place[7]};
    chunks[i].index = static_cast<uint64_t>(entries.Data()[i]);
  }
  return chunks;
}

std::vector<PackedChunk> ToChunks(const Napi::Value& bytes,
                                  const Napi::Value& places,
                                  const Napi::Value& indexes) {
  const auto list = bytes.As<Napi::Array>();
  std::vector<PackedChunk> chunks = ToPlaces(list.Length(), places, indexes);
  for (uint32_t i = 0; i < list.Length(); i++) {
    const auto view = list.Get(i).As<Napi::Uint8Array>();
    chunks[i].bytes = {view.Data(), view.ElementLength()};
  }
  return chunks;
}

}  // namespace exr_inspector::pixels
