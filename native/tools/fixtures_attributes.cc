// Attributes: every type of the format, unknown ones, long names, very large values, manifests, previews.

#include <ImfBoxAttribute.h>
#include <ImfChannelList.h>
#include <ImfChromaticitiesAttribute.h>
#include <ImfDoubleAttribute.h>
#include <ImfFloatAttribute.h>
#include <ImfFloatVectorAttribute.h>
#include <ImfIDManifest.h>
#include <ImfIntAttribute.h>
#include <ImfMatrixAttribute.h>
#include <ImfPartType.h>
#include <ImfPreviewImage.h>
#include <ImfRationalAttribute.h>
#include <ImfStandardAttributes.h>
#include <ImfStringAttribute.h>
#include <ImfStringVectorAttribute.h>
#include <ImfVecAttribute.h>

#include <cstdio>
#include <limits>
#include <string>

#include "fixture_set.h"
#include "header_bytes.h"
#include "random.h"
#include "raw_attribute.h"

namespace {

using Imf::Header;

void InsertString(Header& header, const std::string& name, const std::string& text) {
  header.insert(name, Imf::StringAttribute(text));
}

Header AllTypes() {
  Header header = BasicHeader(8, 4);
  header.insert("aBox2i", Imf::Box2iAttribute(Imath::Box2i({-3, -2}, {5, 7})));
  header.insert("aBox2f", Imf::Box2fAttribute(Imath::Box2f({-0.5f, 0.25f}, {1.5f, 2.75f})));
  header.insert("aDouble", Imf::DoubleAttribute(0.1));
  header.insert("aFloat", Imf::FloatAttribute(0.1f));
  header.insert("anInt", Imf::IntAttribute(-2147483647 - 1));
  header.insert("aFloatVector", Imf::FloatVectorAttribute({1.0f, -2.5f, 1e-30f}));
  header.insert("aMatrix33f", Imf::M33fAttribute(Imath::M33f(1, 2, 3, 4, 5, 6, 7, 8, 9)));
  header.insert("aMatrix33d", Imf::M33dAttribute(Imath::M33d(1, 2, 3, 4, 5, 6, 7, 8, 9.5)));
  header.insert("aMatrix44f", Imf::M44fAttribute(Imath::M44f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)));
  header.insert("aMatrix44d", Imf::M44dAttribute(Imath::M44d(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16.5)));
  header.insert("aRational", Imf::RationalAttribute(Imf::Rational(24000, 1001)));
  header.insert("aString", Imf::StringAttribute("plain text"));
  header.insert("aStringVector", Imf::StringVectorAttribute({"first", "", "third"}));
  header.insert("aV2i", Imf::V2iAttribute(Imath::V2i(-1, 2)));
  header.insert("aV2f", Imf::V2fAttribute(Imath::V2f(-1.5f, 2.5f)));
  header.insert("aV2d", Imf::V2dAttribute(Imath::V2d(-1.5, 2.5)));
  header.insert("aV3i", Imf::V3iAttribute(Imath::V3i(-1, 2, 3)));
  header.insert("aV3f", Imf::V3fAttribute(Imath::V3f(-1.5f, 2.5f, 3.5f)));
  header.insert("aV3d", Imf::V3dAttribute(Imath::V3d(-1.5, 2.5, 3.5)));
  header.insert("someBytes", RawAttribute("bytes", Int32(4) + "blob" + std::string("\0\1\2\xff", 4)));
  Imf::addChromaticities(header, Imf::Chromaticities(Imath::V2f(0.713f, 0.293f), Imath::V2f(0.165f, 0.83f),
                                                     Imath::V2f(0.128f, 0.044f), Imath::V2f(0.32168f, 0.33767f)));
  Imf::addEnvmap(header, Imf::ENVMAP_CUBE);
  Imf::addKeyCode(header, Imf::KeyCode(3, 77, 123456, 9876, 32, 4, 64));
  Imf::addTimeCode(header, Imf::TimeCode(10, 59, 58, 23, false, true, false, true, false, false, 1, 2, 3, 4, 5, 6, 7, 8));
  Imf::addFramesPerSecond(header, Imf::Rational(24000, 1001));
  Imf::addCapDate(header, "2024:02:29 23:59:58");
  Imf::addUtcOffset(header, 25200.0f);
  Imf::addDeepImageState(header, Imf::DIS_TIDY);
  Imf::addWrapmodes(header, "clamp,periodic");
  Imf::addOriginalDataWindow(header, Imath::Box2i({-3, -2}, {5, 7}));
  return header;
}

// Object names like those a renderer collects from a scene.
std::string CryptomatteManifest(int objects) {
  Random random(17);
  std::string json = "{";
  for (int i = 0; i < objects; ++i) {
    char entry[96];
    std::snprintf(entry, sizeof entry, "%s\"/set/city/block%02d/house%05d\":\"%08x\"", i ? "," : "", i % 40, i,
                  static_cast<unsigned>(random.Next()));
    json += entry;
  }
  return json + "}";
}

Header Cryptomatte(int objects) {
  Header header = BasicHeader(16, 9);
  for (int rank = 0; rank < 3; ++rank) {
    const std::string layer = "crypto_object0" + std::to_string(rank);
    for (const char* channel : {".R", ".G", ".B", ".A"}) {
      header.channels().insert(layer + channel, Imf::Channel(Imf::FLOAT));
    }
  }
  const std::string key = "cryptomatte/f834d0a/";
  InsertString(header, key + "name", "crypto_object");
  InsertString(header, key + "hash", "MurmurHash3_32");
  InsertString(header, key + "conversion", "uint32_to_float32");
  InsertString(header, key + "manifest", CryptomatteManifest(objects));
  return header;
}

Header WithIdManifest(int objects) {
  Header header = BasicHeader(16, 9);
  header.channels().insert("id", Imf::Channel(Imf::UINT));
  Imf::IDManifest::ChannelGroupManifest group;
  group.setChannel("id");
  group.setComponents({"model", "material"});
  group.setLifetime(Imf::IDManifest::LIFETIME_SHOT);
  group.setHashScheme(Imf::IDManifest::MURMURHASH3_32);
  group.setEncodingScheme(Imf::IDManifest::ID_SCHEME);
  for (int i = 0; i < objects; ++i) {
    group.insert({"house" + std::to_string(i), "material" + std::to_string(i % 7)});
  }
  Imf::IDManifest manifest;
  manifest.add(group);
  Imf::addIDManifest(header, Imf::CompressedIDManifest(manifest));
  return header;
}

Header WithPreview() {
  Header header = BasicHeader(16, 8);
  Imf::PreviewImage preview(8, 4);
  for (unsigned y = 0; y < 4; ++y) {
    for (unsigned x = 0; x < 8; ++x) {
      preview.pixel(x, y) = Imf::PreviewRgba(static_cast<unsigned char>(x * 30), static_cast<unsigned char>(y * 60), 7, 255);
    }
  }
  header.setPreviewImage(preview);
  return header;
}

void AddNames(FixtureSet& set) {
  Header longest_short = BasicHeader(8, 4);
  InsertString(longest_short, std::string(31, 'n'), "31 bytes");
  set.Add("name-31-bytes.exr", "an attribute name of 31 bytes: the longest that needs no flag", {longest_short});

  Header long_names = BasicHeader(8, 4);
  InsertString(long_names, std::string(32, 'n'), "32 bytes");
  InsertString(long_names, std::string(255, 'm'), "255 bytes");
  long_names.channels().insert(std::string(200, 'c') + ".R", Imf::Channel(Imf::HALF));
  set.Add("name-long.exr", "long names: attributes of 32 and 255 bytes, a channel of 202", {long_names});

  Header text = BasicHeader(8, 4);
  InsertString(text, "comments", "na\xc3\xafve \xe2\x9c\x93 \xf0\x9f\x8e\xac");
  InsertString(text, "latin1", std::string("caf\xe9"));
  InsertString(text, "empty", "");
  InsertString(text, "zeros", std::string("a\0b", 3));
  text.insert("latin1Vector", Imf::StringVectorAttribute({"ok", "\xff\xfe"}));
  set.Add("text-encodings.exr", "UTF-8, Latin-1, empty and zero-holding strings", {text});

  RawImage image;
  image.after = RawHeaderAttribute("caf\xe9", "string", "name is not UTF-8") +
                RawHeaderAttribute("odd", "typ\xe9", "type is not UTF-8");
  set.AddValid("name-not-utf8.exr", "attribute and type names that are not UTF-8", RawFile(image));
}

void AddNumbers(FixtureSet& set) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Header header = BasicHeader(8, 4);
  header.insert("nanFloat", Imf::FloatAttribute(nan));
  header.insert("infFloat", Imf::FloatAttribute(infinity));
  header.insert("negInfDouble", Imf::DoubleAttribute(-std::numeric_limits<double>::infinity()));
  header.insert("tiny", Imf::FloatAttribute(std::numeric_limits<float>::denorm_min()));
  header.insert("negativeZero", Imf::FloatAttribute(-0.0f));
  header.insert("mixed", Imf::V3fAttribute(Imath::V3f(nan, infinity, -infinity)));
  header.insert("zeroRate", Imf::RationalAttribute(Imf::Rational(24, 0)));
  set.Add("numbers-special.exr", "NaN, infinities, denormals, negative zero, a rational over zero", {header});
}

}  // namespace

void AddAttributeFixtures(FixtureSet& set) {
  set.Add("attributes-all-types.exr", "every attribute type of the format", {AllTypes()});

  Header opaque = BasicHeader(8, 4);
  opaque.insert("studioThing", RawAttribute("acme::thing", std::string("\x01\x02\x00\xfe\xff", 5)));
  opaque.insert("studioNothing", RawAttribute("acme::void", ""));
  set.Add("attributes-opaque.exr", "types the format does not define, one of them without a value", {opaque});

  Header many = BasicHeader(8, 4);
  for (int i = 0; i < 5000; ++i) many.insert("key" + std::to_string(i), Imf::IntAttribute(i));
  set.Add("attributes-many.exr", "5,000 attributes", {many});

  Header huge = BasicHeader(8, 4);
  InsertString(huge, "notes", std::string(5 * 1024 * 1024, 'x'));
  InsertString(huge, "zlast", "after the large one");
  set.Add("header-huge.exr", "a string attribute of 5 MiB with another attribute behind it", {huge});

  Header medium = BasicHeader(8, 4);
  for (int i = 0; i < 40; ++i) InsertString(medium, "note" + std::to_string(i), std::string(8192, 'y'));
  set.Add("header-320k.exr", "40 string attributes of 8 KiB: larger than any first read", {medium});

  set.Add("cryptomatte.exr", "Cryptomatte with a manifest of 60 objects", {Cryptomatte(60)});
  set.Add("cryptomatte-100k.exr", "Cryptomatte with a manifest of 100,000 objects", {Cryptomatte(100000)});
  set.Add("id-manifest.exr", "an idmanifest attribute of 50 objects", {WithIdManifest(50)});
  set.Add("preview.exr", "a preview image of 8x4 pixels", {WithPreview()});
  AddNames(set);
  AddNumbers(set);
}
