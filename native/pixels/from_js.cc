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

std::vector<PackedChunk> ToChunks(const Napi::Value& bytes,
                                  const Napi::Value& places,
                                  const Napi::Value& indexes) {
  const auto list = bytes.As<Napi::Array>();
  const auto numbers = places.As<Napi::Int32Array>();
  const auto entries = indexes.As<Napi::Float64Array>();
  if (numbers.ElementLength() != size_t{list.Length()} * 8 ||
      entries.ElementLength() != list.Length()) {
    throw Napi::Error::New(bytes.Env(), "chunks and places differ in number");
  }
  std::vector<PackedChunk> chunks;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const auto view = list.Get(i).As<Napi::Uint8Array>();
    const int32_t* place = numbers.Data() + size_t{i} * 8;
    PackedChunk chunk;
    chunk.place = {place[0], place[1], place[2], place[3],
                   place[4], place[5], place[6], place[7]};
    chunk.index = static_cast<uint64_t>(entries.Data()[i]);
    chunk.bytes = {view.Data(), view.ElementLength()};
    chunks.push_back(chunk);
  }
  return chunks;
}

}  // namespace exr_inspector::pixels
