#include "header_facts.h"

#include <ImfChannelList.h>
#include <ImfPartType.h>
#include <ImfStandardAttributes.h>
#include <ImfTileDescription.h>

#include <cstdio>

namespace {

const char* CompressionName(Imf::Compression compression) {
  static const char* const kNames[] = {"none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab"};
  return kNames[compression];
}

const char* LineOrderName(Imf::LineOrder order) {
  static const char* const kNames[] = {"increasing_y", "decreasing_y", "random_y"};
  return kNames[order];
}

const char* PixelTypeName(Imf::PixelType type) {
  static const char* const kNames[] = {"UINT", "HALF", "FLOAT"};
  return kNames[type];
}

std::string WindowJson(const Imath::Box2i& box) {
  return "[" + std::to_string(box.min.x) + "," + std::to_string(box.min.y) + "," + std::to_string(box.max.x) + "," +
         std::to_string(box.max.y) + "]";
}

std::string ChannelsJson(const Imf::ChannelList& channels) {
  std::string json;
  for (auto it = channels.begin(); it != channels.end(); ++it) {
    const Imf::Channel& channel = it.channel();
    json += (json.empty() ? "" : ",") + std::string("[") + Quoted(it.name()) + "," +
            Quoted(PixelTypeName(channel.type)) + "," + std::to_string(channel.xSampling) + "," +
            std::to_string(channel.ySampling) + "]";
  }
  return "[" + json + "]";
}

std::string TilesJson(const Imf::TileDescription& tiles) {
  static const char* const kModes[] = {"one_level", "mipmap_levels", "ripmap_levels"};
  static const char* const kRounding[] = {"round_down", "round_up"};
  return "[" + std::to_string(tiles.xSize) + "," + std::to_string(tiles.ySize) + "," + Quoted(kModes[tiles.mode]) +
         "," + Quoted(kRounding[tiles.roundingMode]) + "]";
}

std::string PartJson(const Imf::Header& header) {
  const std::string type = header.hasType() ? header.type()
                           : header.hasTileDescription() ? Imf::TILEDIMAGE : Imf::SCANLINEIMAGE;
  std::string json = "{\"name\":" + (header.hasName() ? Quoted(header.name()) : "null");
  json += ",\"type\":" + Quoted(type);
  json += ",\"compression\":" + Quoted(CompressionName(header.compression()));
  json += ",\"lineOrder\":" + Quoted(LineOrderName(header.lineOrder()));
  json += ",\"dataWindow\":" + WindowJson(header.dataWindow());
  json += ",\"displayWindow\":" + WindowJson(header.displayWindow());
  json += ",\"tiles\":" + (header.hasTileDescription() ? TilesJson(header.tileDescription()) : "null");
  json += ",\"view\":" + (header.hasView() ? Quoted(header.view()) : "null");
  json += ",\"channels\":" + ChannelsJson(header.channels());
  return json + "}";
}

}  // namespace

std::string Quoted(const std::string& text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string PartsJson(const std::vector<Imf::Header>& headers) {
  std::string json;
  for (const Imf::Header& header : headers) json += (json.empty() ? "" : ",") + PartJson(header);
  return "[" + json + "]";
}
