// Compositing and editorial: comps, mattes, stereo deliveries, playblasts.

#include <ImfChannelList.h>
#include <ImfPartType.h>
#include <ImfRational.h>
#include <ImfStandardAttributes.h>

#include <cstdio>

#include "farm.h"

namespace {

using Imf::Header;
using Headers = std::vector<Header>;

std::string Hex(Random& random) {
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random.Next()));
  return text;
}

Header Nuke(Frame& frame, Imf::Compression compression) {
  Header header = FrameHeader(frame.Size(), compression);
  AddText(header, "nuke/version", "14.0v5");
  AddText(header, "nuke/node_hash", Hex(frame.random));
  AddText(header, "nuke/input/ctime", "2024-03-11 " + std::to_string(10 + frame.random.Below(10)) + ":00:00");
  AddTimeCode(header, frame, Imf::Rational(24, 1), 0);
  AddDate(header, frame);
  return header;
}

Headers FinalComp(Frame& frame) {
  Header header = Nuke(frame, Imf::ZIPS_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddText(header, "nuke/full_layer_names", "0");
  return {header};
}

Headers Precomp(Frame& frame) {
  Header header = Nuke(frame, Imf::ZIPS_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddLayer(header, "depth", "Z", Imf::FLOAT);
  AddLayer(header, "forward", "uv", Imf::FLOAT);
  AddLayer(header, "backward", "uv", Imf::FLOAT);
  CropToContent(header, frame);
  return {header};
}

Headers RotoMattes(Frame& frame) {
  Header header = Nuke(frame, Imf::ZIPS_COMPRESSION);
  AddLayer(header, "", "A");
  for (const char* matte : {"matte_hero", "matte_hair", "matte_prop", "matte_bg"}) AddLayer(header, matte, "RGBA");
  CropToContent(header, frame);
  return {header};
}

Headers StereoChannels(Frame& frame) {
  Header header = Nuke(frame, Imf::ZIPS_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddLayer(header, "right", "RGBA");
  AddLayer(header, "disparityL", "xy", Imf::FLOAT);
  Imf::addMultiView(header, {"left", "right"});
  return {header};
}

Headers StereoParts(Frame& frame) {
  Headers parts;
  const Header base = Nuke(frame, Imf::ZIPS_COMPRESSION);
  for (const char* view : {"left", "right"}) {
    Header part = base;
    part.setName(std::string("rgba.") + view);
    part.setType(Imf::SCANLINEIMAGE);
    part.setView(view);
    AddLayer(part, "", "RGBA");
    parts.push_back(part);
  }
  return parts;
}

Headers Playblast(Frame& frame) {
  Header header = FrameHeader(frame.Size(8, 8), Imf::B44A_COMPRESSION);
  AddLayer(header, "", "RGB");
  AddText(header, "software", "Maya 2024 playblast");
  AddText(header, "artist", "previs");
  AddInteger(header, "maya/frame", frame.number);
  AddDate(header, frame);
  return {header};
}

}  // namespace

void AddCompFamilies(std::vector<Family>& families) {
  families.push_back({"nightfall/sh010/comp/final_v021/final", FinalComp});
  families.push_back({"nightfall/sh010/comp/precomp_bg_v006/precomp_bg", Precomp});
  families.push_back({"nightfall/sh010/roto/mattes_v003/mattes", RotoMattes});
  families.push_back({"orchard/sh110/comp/stereo_v002/stereo", StereoChannels});
  families.push_back({"orchard/sh120/comp/stereo_parts_v002/stereo_parts", StereoParts});
  families.push_back({"orchard/sh120/previs/blocking_v001/blocking", Playblast});
}
