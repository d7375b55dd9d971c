// Storage: part types, compressions, tiles and levels, pixel types, subsampling, windows, views, line order.

#include <ImfChannelList.h>
#include <ImfPartType.h>
#include <ImfStandardAttributes.h>
#include <ImfTileDescription.h>

#include <string>
#include <utility>
#include <vector>

#include "fixture_set.h"

namespace {

using Imath::Box2i;
using Imath::V2i;
using Imf::Header;
using Imf::TileDescription;

const std::vector<std::pair<Imf::Compression, std::string>> kCompressions = {
    {Imf::NO_COMPRESSION, "none"},     {Imf::RLE_COMPRESSION, "rle"},   {Imf::ZIPS_COMPRESSION, "zips"},
    {Imf::ZIP_COMPRESSION, "zip"},     {Imf::PIZ_COMPRESSION, "piz"},   {Imf::PXR24_COMPRESSION, "pxr24"},
    {Imf::B44_COMPRESSION, "b44"},     {Imf::B44A_COMPRESSION, "b44a"}, {Imf::DWAA_COMPRESSION, "dwaa"},
    {Imf::DWAB_COMPRESSION, "dwab"},
};

Header Tiled(Header header, const TileDescription& tiles) {
  header.setTileDescription(tiles);
  header.setType(Imf::TILEDIMAGE);
  return header;
}

Header Deep(const std::string& type, int width = 16, int height = 9) {
  Header header(width, height);
  header.compression() = Imf::ZIPS_COMPRESSION;
  for (const char* name : {"R", "G", "B", "A"}) header.channels().insert(name, Imf::Channel(Imf::HALF));
  header.channels().insert("Z", Imf::Channel(Imf::FLOAT));
  header.channels().insert("ZBack", Imf::Channel(Imf::FLOAT));
  header.setType(type);
  header.setVersion(1);
  if (type == Imf::DEEPTILE) header.setTileDescription(TileDescription(8, 8, Imf::ONE_LEVEL));
  Imf::addDeepImageState(header, Imf::DIS_SORTED);
  return header;
}

Header Named(Header header, const std::string& name, const std::string& type) {
  header.setName(name);
  header.setType(type);
  return header;
}

void AddCompressions(FixtureSet& set) {
  for (const auto& [compression, name] : kCompressions) {
    Header lines = BasicHeader(40, 70);
    lines.compression() = compression;
    set.Add("compression-" + name + ".exr", "scan lines with " + name + " compression, last chunk not full", {lines});
    set.Add("compression-" + name + "-tiled.exr", "tiles with " + name + " compression",
            {Tiled(lines, TileDescription(16, 16))});
  }
  for (const auto& [compression, name] : kCompressions) {
    // The format allows deep data no others.
    if (compression > Imf::ZIPS_COMPRESSION) continue;
    Header deep = Deep(Imf::DEEPSCANLINE);
    deep.compression() = compression;
    set.Add("deep-compression-" + name + ".exr", "deep scan lines with " + name + " compression", {deep});
  }
}

void AddLevels(FixtureSet& set) {
  const std::vector<std::pair<Imf::LevelMode, std::string>> modes = {
      {Imf::ONE_LEVEL, "one-level"}, {Imf::MIPMAP_LEVELS, "mipmap"}, {Imf::RIPMAP_LEVELS, "ripmap"}};
  const std::vector<std::pair<Imf::LevelRoundingMode, std::string>> roundings = {{Imf::ROUND_DOWN, "down"},
                                                                                 {Imf::ROUND_UP, "up"}};
  for (const auto& [mode, mode_name] : modes) {
    for (const auto& [rounding, rounding_name] : roundings) {
      set.Add("tiled-" + mode_name + "-" + rounding_name + ".exr",
              "tiles of 16x8, " + mode_name + " rounding " + rounding_name + ", sides that are no powers of two",
              {Tiled(BasicHeader(37, 21), TileDescription(16, 8, mode, rounding))});
    }
  }
  set.Add("tiled-larger-than-image.exr", "one tile of 64x64 over an image of 10x6",
          {Tiled(BasicHeader(10, 6), TileDescription(64, 64))});
}

void AddPixelTypes(FixtureSet& set) {
  Header header(24, 10);
  header.channels().insert("beauty.R", Imf::Channel(Imf::HALF));
  header.channels().insert("depth.Z", Imf::Channel(Imf::FLOAT));
  header.channels().insert("id", Imf::Channel(Imf::UINT));
  header.channels().insert("linear", Imf::Channel(Imf::HALF, 1, 1, true));
  set.Add("pixel-types.exr", "HALF, FLOAT and UINT channels side by side, one marked perceptually linear", {header});

  Header yc(32, 20);
  yc.channels().insert("Y", Imf::Channel(Imf::HALF));
  yc.channels().insert("RY", Imf::Channel(Imf::HALF, 2, 2, true));
  yc.channels().insert("BY", Imf::Channel(Imf::HALF, 2, 2, true));
  set.Add("luminance-chroma.exr", "luminance with chroma at half resolution", {yc});
  yc.channels().insert("A", Imf::Channel(Imf::HALF));
  set.Add("luminance-chroma-alpha.exr", "luminance, subsampled chroma and alpha", {yc});

  Header sampled(24, 12);
  sampled.channels().insert("Y", Imf::Channel(Imf::HALF));
  sampled.channels().insert("motion.x", Imf::Channel(Imf::FLOAT, 3, 2));
  set.Add("sampling-3x2.exr", "one channel sampled every 3 columns and 2 rows", {sampled});

  Header many(8, 4);
  for (int i = 0; i < 600; ++i) {
    many.channels().insert("layer" + std::to_string(i / 3) + "." + "RGB"[i % 3], Imf::Channel(Imf::HALF));
  }
  set.Add("many-channels.exr", "600 channels in 200 layers", {many});
}

void AddWindows(FixtureSet& set) {
  const auto windowed = [](const Box2i& data, const Box2i& display) {
    Header header(display, data);
    header.compression() = Imf::ZIP_COMPRESSION;
    header.channels().insert("Y", Imf::Channel(Imf::HALF));
    return header;
  };
  const Box2i frame(V2i(0, 0), V2i(31, 17));
  set.Add("window-overscan.exr", "data window larger than the display window on every side, negative minimum",
          {windowed(Box2i(V2i(-4, -3), V2i(35, 20)), frame)});
  set.Add("window-crop.exr", "data window inside the display window",
          {windowed(Box2i(V2i(10, 5), V2i(20, 12)), frame)});
  set.Add("window-outside.exr", "data window that does not touch the display window",
          {windowed(Box2i(V2i(-200, -100), V2i(-190, -95)), frame)});
  set.Add("window-display-offset.exr", "display window that does not start at the origin",
          {windowed(Box2i(V2i(100, 200), V2i(131, 217)), Box2i(V2i(100, 200), V2i(131, 217)))});
  set.Add("window-one-pixel.exr", "an image of one pixel", {windowed(Box2i(V2i(0, 0), V2i(0, 0)), frame)});

  Header anamorphic = BasicHeader(24, 20);
  anamorphic.pixelAspectRatio() = 2.0f;
  set.Add("anamorphic.exr", "pixel aspect ratio 2", {anamorphic});
}

void AddLineOrders(FixtureSet& set) {
  Header header = BasicHeader(16, 40);
  header.lineOrder() = Imf::DECREASING_Y;
  set.Add("line-order-decreasing.exr", "scan lines stored bottom to top", {header});
  set.Add("line-order-decreasing-tiled.exr", "tiles stored bottom to top", {Tiled(header, TileDescription(8, 8))});
  header.lineOrder() = Imf::RANDOM_Y;
  set.Add("line-order-random-tiled.exr", "tiles in any order", {Tiled(header, TileDescription(8, 8))});
}

void AddDeep(FixtureSet& set) {
  set.Add("deep-scanline.exr", "deep scan lines, 0 to 3 samples per pixel", {Deep(Imf::DEEPSCANLINE)});
  set.Add("deep-tile.exr", "deep tiles, 0 to 3 samples per pixel", {Deep(Imf::DEEPTILE)});
  Header levels = Deep(Imf::DEEPTILE);
  levels.setTileDescription(TileDescription(8, 8, Imf::MIPMAP_LEVELS, Imf::ROUND_UP));
  set.Add("deep-tile-mipmap.exr", "deep tiles with mip-map levels", {levels});
  set.Add("multipart-deep.exr", "two deep parts: scan lines and tiles",
          {Named(Deep(Imf::DEEPSCANLINE), "smoke", Imf::DEEPSCANLINE), Named(Deep(Imf::DEEPTILE), "dust", Imf::DEEPTILE)});
}

void AddMultiPart(FixtureSet& set) {
  Header depth(32, 18);
  depth.channels().insert("Z", Imf::Channel(Imf::FLOAT));
  set.Add("multipart-two.exr", "two scan line parts with different channels",
          {Named(BasicHeader(), "rgba", Imf::SCANLINEIMAGE), Named(depth, "depth", Imf::SCANLINEIMAGE)});
  set.Add("multipart-all-types.exr", "one part of each storage type",
          {Named(BasicHeader(), "lines", Imf::SCANLINEIMAGE),
           Named(Tiled(BasicHeader(), TileDescription(16, 16, Imf::MIPMAP_LEVELS)), "tiles", Imf::TILEDIMAGE),
           Named(Deep(Imf::DEEPSCANLINE, 32, 18), "deep lines", Imf::DEEPSCANLINE),
           Named(Deep(Imf::DEEPTILE, 32, 18), "deep tiles", Imf::DEEPTILE)});
  std::vector<Header> many;
  for (int i = 0; i < 120; ++i) many.push_back(Named(BasicHeader(4, 2), "part" + std::to_string(i), Imf::SCANLINEIMAGE));
  set.Add("multipart-many.exr", "120 parts", many);
  const std::vector<Header> views = {Named(BasicHeader(), "rgb.left", Imf::SCANLINEIMAGE),
                                     Named(BasicHeader(), "rgb.right", Imf::SCANLINEIMAGE)};
  std::vector<Header> stereo = views;
  stereo[0].setView("left");
  stereo[1].setView("right");
  set.Add("multiview-parts.exr", "stereo, one part per view", stereo);
  Header channels = BasicHeader();
  Imf::addMultiView(channels, {"left", "right"});
  for (const char* name : {"right.R", "right.G", "right.B", "left.disparity.x", "right.disparity.x"}) {
    channels.channels().insert(name, Imf::Channel(Imf::HALF));
  }
  set.Add("multiview-channels.exr", "stereo in one part: the multiView attribute and channel prefixes", {channels});
}

}  // namespace

void AddStorageFixtures(FixtureSet& set) {
  AddCompressions(set);
  AddLevels(set);
  AddPixelTypes(set);
  AddWindows(set);
  AddLineOrders(set);
  AddDeep(set);
  AddMultiPart(set);
}
