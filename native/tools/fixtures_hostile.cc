// Bytes nobody would write by accident: claims, names without end, wrong types, forbidden flags.

#include <string>

#include "fixture_set.h"
#include "header_bytes.h"

namespace {

constexpr int32_t kLargest = 0x7fffffff;

RawImage With(const std::string& after) {
  RawImage image;
  image.after = after;
  return image;
}

RawImage Without(const std::string& name, const std::string& replacement) {
  RawImage image;
  image.leave_out = name;
  image.after = replacement;
  return image;
}

void AddNotExr(FixtureSet& set) {
  set.AddDamaged("not-exr.exr", "a PNG file under the wrong name", "magic",
                 std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + std::string(64, '\x55'));
  set.AddDamaged("text.exr", "a text file under the wrong name", "magic", "This is not an image.\n");
  set.AddDamaged("zeros.exr", "64 KiB of zeros, as a failed copy leaves them", "magic", std::string(65536, '\0'));
  const std::string file = RawFile({});
  set.AddDamaged("version-1.exr", "version 1 of the format", "version", Patched(file, 4, std::string("\x01", 1)));
  set.AddDamaged("version-3.exr", "version 3 of the format", "version", Patched(file, 4, std::string("\x03", 1)));
  set.AddDamaged("flags-unknown.exr", "a flag bit no version of the format defines", "version",
                 Patched(file, 4, Int32(2 | 0x8000)));
  set.AddDamaged("flags-tiled-multipart.exr", "the tiled and the multi-part flag at once", "flags",
                 Patched(file, 4, Int32(static_cast<int32_t>(2 | kTiledFlag | kMultiPartFlag))));
  set.AddDamaged("flags-tiled-without-tiles.exr", "the tiled flag without a tiles attribute", "flags",
                 Patched(file, 4, Int32(static_cast<int32_t>(2 | kTiledFlag))));
}

void AddClaims(FixtureSet& set) {
  const auto claim = [](int32_t size) { return RawHeaderAttribute("notes", "string", "short", size); };
  set.AddDamaged("claim-attribute-2gb.exr", "an attribute claims 2^31 - 1 bytes", "claim", RawHeader(With(claim(kLargest))));
  set.AddDamaged("claim-attribute-4gb.exr", "an attribute claims 2^32 - 1 bytes (a negative size)", "claim",
                 RawHeader(With(claim(-1))));
  set.AddDamaged("claim-attribute-past-end.exr", "an attribute claims 1,000 bytes more than the file has", "claim",
                 RawHeader(With(claim(1005))));

  RawImage large;
  large.width = large.height = kLargest;
  set.AddDamaged("claim-pixels-2e31.exr", "windows of 2^31 - 1 by 2^31 - 1 pixels", "claim", RawHeader(large) + std::string(64, '\0'));
  set.AddDamaged("claim-window-overflow.exr", "a data window from -2^31 to 2^31 - 1", "claim",
                 RawHeader(Without("dataWindow", RawHeaderAttribute("dataWindow", "box2i",
                                                                    Box(-kLargest - 1, -kLargest - 1, kLargest, kLargest)))));
  set.AddDamaged("claim-window-inverted.exr", "a data window whose maximum is below its minimum", "window",
                 RawHeader(Without("dataWindow", RawHeaderAttribute("dataWindow", "box2i", Box(10, 10, 0, 0)))));
  set.AddDamaged("claim-preview.exr", "a preview that claims 65,536 by 65,536 pixels", "claim",
                 RawHeader(With(RawHeaderAttribute("preview", "preview", Int32(65536) + Int32(65536)))));
  set.AddDamaged("claim-string-vector.exr", "a stringvector whose first string claims 2^31 - 1 bytes", "claim",
                 RawHeader(With(RawHeaderAttribute("names", "stringvector", Int32(kLargest) + "ab"))));
  RawImage tiles;
  tiles.flags = kTiledFlag;
  tiles.width = tiles.height = 1 << 30;
  tiles.after = RawHeaderAttribute("tiles", "tiledesc", Int32(1) + Int32(1) + std::string("\x02", 1));
  set.AddDamaged("claim-tiles.exr", "2^60 tiles of one pixel with rip-map levels", "claim", RawHeader(tiles) + std::string(64, '\0'));
  tiles.width = tiles.height = 64;
  tiles.after = RawHeaderAttribute("tiles", "tiledesc", Int32(0) + Int32(0) + std::string(1, '\0'));
  set.AddDamaged("tile-size-zero.exr", "tiles of no width and no height", "tiles", RawHeader(tiles) + std::string(64, '\0'));
}

void AddNames(FixtureSet& set) {
  set.AddDamaged("name-without-end.exr", "an attribute name that never ends", "name", Magic() + std::string(4096, 'a'));
  set.AddDamaged("name-too-long.exr", "an attribute name of 40 bytes without the long-names flag", "name",
                 RawFile(With(RawHeaderAttribute(std::string(40, 'n'), "int", Int32(1)))));
  RawImage very_long = With(RawHeaderAttribute(std::string(300, 'n'), "int", Int32(1)));
  very_long.flags = kLongNamesFlag;
  set.AddDamaged("name-300-bytes.exr", "an attribute name of 300 bytes: more than the format allows at all", "name",
                 RawFile(very_long));
  set.AddDamaged("type-name-without-end.exr", "a type name that never ends", "name",
                 Magic() + "owner" + '\0' + std::string(4096, 's'));
  set.AddDamaged("type-name-empty.exr", "an attribute whose type has no name", "name",
                 RawFile(With(RawHeaderAttribute("owner", "", "me"))));
  set.AddDamaged("attribute-duplicate.exr", "the attribute `owner` twice with different values", "duplicate",
                 RawFile(With(RawHeaderAttribute("owner", "string", "me") + RawHeaderAttribute("owner", "string", "you"))));
}

void AddWrongValues(FixtureSet& set) {
  for (const char* name : {"channels", "compression", "dataWindow", "displayWindow", "lineOrder", "pixelAspectRatio",
                           "screenWindowCenter", "screenWindowWidth"}) {
    set.AddDamaged("missing-" + std::string(name) + ".exr", "the required attribute " + std::string(name) + " is missing",
                   "missing-attribute", RawFile(Without(name, "")));
  }
  set.AddDamaged("wrong-type-dataWindow.exr", "dataWindow stored as a string", "wrong-type",
                 RawFile(Without("dataWindow", RawHeaderAttribute("dataWindow", "string", std::string(16, '1')))));
  set.AddDamaged("wrong-size-float.exr", "a float attribute of 5 bytes", "wrong-size",
                 RawFile(With(RawHeaderAttribute("focus", "float", "12345"))));
  set.AddDamaged("wrong-size-box.exr", "dataWindow of 12 bytes", "wrong-size",
                 RawFile(Without("dataWindow", RawHeaderAttribute("dataWindow", "box2i", std::string(12, '\0')))));
  for (const auto& [name, value] : {std::pair<std::string, char>{"unknown", 42}, {"htj2k32", 11}, {"htj2k256", 10}}) {
    RawImage image;
    image.compression = value;
    set.AddDamaged("compression-" + name + ".exr", "compression code " + std::to_string(value) + ", unknown to OpenEXR 3.1",
                   "compression", RawFile(image));
  }
  set.AddDamaged("line-order-unknown.exr", "line order 9", "line-order",
                 RawFile(Without("lineOrder", RawHeaderAttribute("lineOrder", "lineOrder", std::string(1, '\x09')))));
}

void AddChannels(FixtureSet& set) {
  const auto channels = [&](const std::string& name, const std::string& what, const std::string& value) {
    RawImage image;
    image.channels = value;
    set.AddDamaged("channels-" + name + ".exr", what, "channels", RawHeader(image) + std::string(256, '\0'));
  };
  channels("none", "an empty channel list", ChannelList(""));
  channels("unterminated", "a channel list without its end mark", ChannelEntry("Y", 1));
  channels("name-without-end", "a channel name that runs to the end of the list", std::string(64, 'Y'));
  channels("short-entry", "a channel list that ends inside an entry", ChannelEntry("Y", 1).substr(0, 9));
  channels("pixel-type", "a channel of pixel type 7", ChannelList(ChannelEntry("Y", 7)));
  channels("sampling-zero", "a channel sampled every 0 columns", ChannelList(ChannelEntry("Y", 1, 0, 1)));
  channels("sampling-negative", "a channel sampled every -2 rows", ChannelList(ChannelEntry("Y", 1, 1, -2)));
  channels("duplicate", "the channel Y twice", ChannelList(ChannelEntry("Y", 1) + ChannelEntry("Y", 2)));
  std::string many;
  for (int i = 0; i < 70000; ++i) many += ChannelEntry("c" + std::to_string(i), 1);
  channels("70000", "70,000 channels", ChannelList(many));
}

void AddParts(FixtureSet& set) {
  const std::string attributes = RawHeader({}).substr(8);
  const auto part = [&](const std::string& name) {
    return RawHeaderAttribute("name", "string", name) + RawHeaderAttribute("type", "string", "scanlineimage") +
           RawHeaderAttribute("chunkCount", "int", Int32(4)) + attributes;
  };
  const std::string end(1, '\0');
  set.AddDamaged("parts-zero.exr", "the multi-part flag with no part", "parts", Magic(kMultiPartFlag) + end);
  set.AddDamaged("parts-same-name.exr", "two parts of one name", "parts",
                 Magic(kMultiPartFlag) + part("a") + part("a") + end + std::string(64, '\0'));
  set.AddDamaged("parts-without-name.exr", "two parts without name, type and chunkCount", "parts",
                 Magic(kMultiPartFlag) + attributes + attributes + end + std::string(64, '\0'));
  std::string many = Magic(kMultiPartFlag);
  for (int i = 0; i < 70000; ++i) many += RawHeaderAttribute("name", "string", std::to_string(i)) + '\0';
  set.AddDamaged("parts-70000.exr", "70,000 parts of one attribute each", "parts", many + end);
  std::string attribute_flood = Magic();
  for (int i = 0; i < 70000; ++i) attribute_flood += RawHeaderAttribute("k" + std::to_string(i), "int", Int32(i));
  set.AddDamaged("attributes-70000.exr", "70,000 attributes in one header", "claim", attribute_flood + end);
}

}  // namespace

void AddHostileFixtures(FixtureSet& set) {
  AddNotExr(set);
  AddClaims(set);
  AddNames(set);
  AddWrongValues(set);
  AddChannels(set);
  AddParts(set);
}
