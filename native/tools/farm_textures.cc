// Assets: mip-mapped textures (one file per UDIM tile), environment maps, matte paintings.

#include <ImfChannelList.h>
#include <ImfEnvmap.h>
#include <ImfPartType.h>
#include <ImfStandardAttributes.h>
#include <ImfTileDescription.h>

#include <cstdio>

#include "farm.h"

namespace {

using Imf::Header;
using Headers = std::vector<Header>;

Header Texture(Frame& frame, const std::string& components, Imf::PixelType type) {
  const int side = frame.height;
  Header header = FrameHeader({side, side}, Imf::ZIP_COMPRESSION);
  AddLayer(header, "", components, type);
  header.setTileDescription(Imf::TileDescription(64, 64, Imf::MIPMAP_LEVELS, Imf::ROUND_DOWN));
  header.setType(Imf::TILEDIMAGE);
  AddText(header, "Software", "OpenImageIO 2.4.7 : maketx");
  AddText(header, "textureformat", "Plain Texture");
  AddText(header, "wrapmodes", "periodic,periodic");
  AddText(header, "oiio:SHA-1", std::to_string(frame.random.Next()));
  AddNumber(header, "oiio:AverageColor", frame.random.Unit());
  AddDate(header, frame);
  return header;
}

Headers AlbedoTexture(Frame& frame) { return {Texture(frame, "RGB", Imf::HALF)}; }

Headers DisplacementTexture(Frame& frame) {
  Header header = Texture(frame, "Y", Imf::FLOAT);
  AddNumber(header, "displacement/scale", 0.25f);
  return {header};
}

Headers LatLongMap(Frame& frame) {
  Header header = FrameHeader({frame.width, frame.width / 2}, Imf::PIZ_COMPRESSION);
  AddLayer(header, "", "RGB", Imf::FLOAT);
  Imf::addEnvmap(header, Imf::ENVMAP_LATLONG);
  AddText(header, "software", "hdr-merge 2.0");
  AddText(header, "comments", "stage probe");
  AddNumber(header, "EV", 8.0f * frame.random.Unit());
  AddDate(header, frame);
  return {header};
}

Headers MattePainting(Frame& frame) {
  Header header = FrameHeader(frame.Size(24, 24), Imf::ZIP_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddText(header, "Software", "Adobe Photoshop 25.4 (Linux)");
  AddText(header, "PixelLayout", "projection");
  AddText(header, "DocumentID", std::to_string(frame.random.Next()));
  AddDate(header, frame);
  return {header};
}

}  // namespace

void AddTextureFamilies(std::vector<Family>& families) {
  families.push_back({"nightfall/assets/kitchen/tex/wall_albedo", AlbedoTexture});
  families.push_back({"nightfall/assets/kitchen/tex/wall_disp", DisplacementTexture});
  families.push_back({"nightfall/assets/stage/hdri/probe", LatLongMap});
  families.push_back({"orchard/assets/dmp/sky_v003/sky", MattePainting});
}
