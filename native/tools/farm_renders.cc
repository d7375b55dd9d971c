// Lighting and effects: renders of several renderers with their layers, data passes, mattes and deep images.

#include <ImfChannelList.h>
#include <ImfIntAttribute.h>
#include <ImfMatrixAttribute.h>
#include <ImfPartType.h>
#include <ImfRational.h>
#include <ImfStandardAttributes.h>
#include <ImfTileDescription.h>
#include <ImfVecAttribute.h>

#include <cstdio>

#include "farm.h"

namespace {

using Imf::Header;
using Headers = std::vector<Header>;

// What every frame of this studio's Arnold setup carries, whatever the pass.
Header Arnold(Frame& frame, Imf::Compression compression) {
  Header header = FrameHeader(frame.Size(), compression);
  AddText(header, "software", "Arnold 7.2.4.1 [0a1b2c3d] linux x86_64 clang-15 oiio-2.4");
  AddText(header, "arnold/version", "7.2.4.1");
  AddText(header, "colorspace", "ACEScg");
  AddText(header, "camera", "shotCamShape");
  AddInteger(header, "arnold/AA_samples", 6);
  AddInteger(header, "arnold/AA_seed", frame.number);
  AddRenderCost(header, frame, "arnold/host", "arnold/render_time", "arnold/peak_memory_mb");
  AddDate(header, frame);
  AddCamera(header, frame);
  return header;
}

Headers ArnoldBeauty(Frame& frame) {
  Header header = Arnold(frame, Imf::ZIP_COMPRESSION);
  AddLayer(header, "", "RGBA");
  for (const char* aov : {"diffuse_direct", "diffuse_indirect", "specular_direct", "specular_indirect", "transmission",
                          "sss", "emission"}) {
    AddLayer(header, aov, "RGB");
  }
  AddLayer(header, "", "Z", Imf::FLOAT);
  return {header};
}

Headers ArnoldFurBeauty(Frame& frame) {
  Header header = Arnold(frame, Imf::ZIP_COMPRESSION);
  AddLayer(header, "", "RGBA");
  for (const char* aov : {"diffuse_direct", "diffuse_indirect", "specular_direct", "specular_indirect", "coat",
                          "sheen", "hair_transmission", "rim"}) {
    AddLayer(header, aov, "RGB");
  }
  AddLayer(header, "", "Z", Imf::FLOAT);
  return {header};
}

Headers ArnoldData(Frame& frame) {
  Header header = Arnold(frame, Imf::ZIP_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddLayer(header, "N", "XYZ", Imf::FLOAT);
  AddLayer(header, "P", "XYZ", Imf::FLOAT);
  AddLayer(header, "Pref", "XYZ", Imf::FLOAT);
  AddLayer(header, "motionvector", "XY", Imf::FLOAT);
  AddLayer(header, "", "Z", Imf::FLOAT);
  return {header};
}

// Objects come into view and leave it, so the manifest differs from frame to frame.
std::string Manifest(Frame& frame, const std::string& asset, int objects) {
  std::string json;
  for (int i = 0; i < objects; ++i) {
    if (frame.random.Below(10) == 0) continue;
    char entry[96];
    std::snprintf(entry, sizeof entry, "\"%s/geo/piece_%03d\":\"%08x\"", asset.c_str(), i, 2654435761u * static_cast<unsigned>(i + 1));
    json += (json.empty() ? "" : ",") + std::string(entry);
  }
  return "{" + json + "}";
}

void AddCryptomatte(Header& header, Frame& frame, const std::string& layer, const std::string& key,
                    const std::string& asset) {
  for (int rank = 0; rank < 3; ++rank) AddLayer(header, layer + "0" + std::to_string(rank), "RGBA", Imf::FLOAT);
  const std::string prefix = "cryptomatte/" + key + "/";
  AddText(header, prefix + "name", layer);
  AddText(header, prefix + "hash", "MurmurHash3_32");
  AddText(header, prefix + "conversion", "uint32_to_float32");
  AddText(header, prefix + "manifest", Manifest(frame, asset, 40));
}

Headers ArnoldCryptomatte(Frame& frame) {
  Header header = Arnold(frame, Imf::ZIP_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddCryptomatte(header, frame, "crypto_object", "f834d0a", "/kitchen");
  AddCryptomatte(header, frame, "crypto_material", "bda530a", "/materials");
  return {header};
}

// Autocropped, as this studio's volume passes always are.
Headers ArnoldVolume(Frame& frame) {
  Header header = Arnold(frame, Imf::ZIP_COMPRESSION);
  AddLayer(header, "", "RGBA");
  AddLayer(header, "volume_direct", "RGB");
  AddLayer(header, "volume_indirect", "RGB");
  AddLayer(header, "volume_opacity", "RGB");
  AddLayer(header, "volume_Z", "Z", Imf::FLOAT);
  CropToContent(header, frame);
  return {header};
}

Header RenderMan(Frame& frame) {
  Header header = FrameHeader(frame.Size(), Imf::ZIPS_COMPRESSION);
  AddText(header, "Software", "RenderMan 25.2 linux-x86_64");
  AddText(header, "rman/integrator", "PxrPathTracer");
  AddInteger(header, "rman/maxSamples", 512);
  AddNumber(header, "rman/pixelVariance", 0.01f);
  AddNumber(header, "rman/frame", static_cast<float>(frame.number));
  AddRenderCost(header, frame, "rman/host", "rman/wallclock", "rman/memoryMB");
  AddDate(header, frame);
  AddCamera(header, frame);
  header.insert("NP", Imf::M44fAttribute(Imath::M44f()));
  header.insert("Nl", Imf::M44fAttribute(Imath::M44f()));
  return header;
}

Headers RenderManBeauty(Frame& frame) {
  Header header = RenderMan(frame);
  AddLayer(header, "", "RGBA");
  for (const char* aov : {"directDiffuse", "indirectDiffuse", "directSpecular", "indirectSpecular", "subsurface",
                          "transmissive", "albedo"}) {
    AddLayer(header, aov, "rgb");
  }
  header.setTileDescription(Imf::TileDescription(32, 32, Imf::ONE_LEVEL));
  header.setType(Imf::TILEDIMAGE);
  return {header};
}

Headers RenderManVariance(Frame& frame) {
  Header header = RenderMan(frame);
  AddLayer(header, "", "RGBA");
  for (const char* aov : {"mse", "sampleCount", "albedo_var", "normal_var", "normal", "zfiltered"}) {
    AddLayer(header, aov, "rgb", Imf::FLOAT);
  }
  header.setTileDescription(Imf::TileDescription(32, 32, Imf::ONE_LEVEL));
  header.setType(Imf::TILEDIMAGE);
  return {header};
}

Headers DeepSmoke(Frame& frame) {
  Header header = RenderMan(frame);
  AddLayer(header, "", "RGBA");
  header.channels().insert("Z", Imf::Channel(Imf::FLOAT));
  header.channels().insert("ZBack", Imf::Channel(Imf::FLOAT));
  header.setType(Imf::DEEPSCANLINE);
  header.setVersion(1);
  Imf::addDeepImageState(header, Imf::DIS_SORTED);
  CropToContent(header, frame);
  return {header};
}

Headers DeepHoldout(Frame& frame) {
  Header header = RenderMan(frame);
  AddLayer(header, "", "A");
  header.channels().insert("Z", Imf::Channel(Imf::FLOAT));
  header.setType(Imf::DEEPTILE);
  header.setVersion(1);
  header.setTileDescription(Imf::TileDescription(32, 32, Imf::ONE_LEVEL));
  Imf::addDeepImageState(header, Imf::DIS_TIDY);
  return {header};
}

// Karma writes one part per AOV.
Headers KarmaMultiPart(Frame& frame) {
  Headers parts;
  const std::vector<std::pair<std::string, std::string>> aovs = {
      {"C", "RGBA"}, {"direct_diffuse", "RGB"}, {"indirect_diffuse", "RGB"}, {"glossy", "RGB"}, {"N", "XYZ"}, {"depth", "Z"}};
  Header base = FrameHeader(frame.Size(), Imf::ZIP_COMPRESSION);
  AddText(base, "Software", "Houdini 20.0.547 Karma XPU");
  AddText(base, "husk:render_settings", "/Render/rendersettings");
  AddText(base, "husk:camera", "/cameras/shotcam");
  AddRenderCost(base, frame, "husk:hostname", "husk:render_time", "husk:peak_memory");
  AddDate(base, frame);
  AddCamera(base, frame);
  for (const auto& [name, components] : aovs) {
    Header part = base;
    part.setName(name);
    part.setType(Imf::SCANLINEIMAGE);
    AddLayer(part, name == "C" ? "" : name, components, name == "depth" || name == "N" ? Imf::FLOAT : Imf::HALF);
    parts.push_back(part);
  }
  return parts;
}

Headers RedshiftBeauty(Frame& frame) {
  Header header = FrameHeader(frame.Size(), Imf::DWAA_COMPRESSION);
  AddText(header, "Software", "Redshift 3.5.22");
  AddText(header, "rs/colorSpace", "ACES2065-1");
  AddInteger(header, "rs/unifiedMaxSamples", 1024);
  AddRenderCost(header, frame, "rs/host", "rs/renderTime", "rs/gpuMemoryMB");
  AddDate(header, frame);
  AddLayer(header, "", "RGBA");
  for (const char* aov : {"DiffuseFilter", "DiffuseLighting", "GI", "Reflections", "Refractions", "VolumeLighting"}) {
    AddLayer(header, aov, "RGB");
  }
  return {header};
}

Headers BlenderLayers(Frame& frame) {
  Header header = FrameHeader(frame.Size(), Imf::ZIP_COMPRESSION);
  AddText(header, "BlenderMultiChannel", "Blender V2.55.1 and newer");
  AddText(header, "Camera", "Camera.shot");
  AddText(header, "Scene", "Scene");
  AddText(header, "File", "/mnt/jobs/orchard/sh120/orchard_sh120_light_v007.blend");
  char text[32];
  std::snprintf(text, sizeof text, "%d", frame.number);
  AddText(header, "Frame", text);
  std::snprintf(text, sizeof text, "%02d:%02d.%02d", frame.random.Below(20), frame.random.Below(60), frame.random.Below(100));
  AddText(header, "RenderTime", text);
  AddText(header, "cycles.ViewLayer.samples", "256");
  AddText(header, "cycles.ViewLayer.total_time", text);
  AddDate(header, frame);
  for (const char* pass : {"Combined", "DiffCol", "DiffDir", "GlossCol", "GlossDir", "Env"}) {
    AddLayer(header, std::string("ViewLayer.") + pass, pass == std::string("Combined") ? "RGBA" : "RGB");
  }
  AddLayer(header, "ViewLayer.Depth", "Z", Imf::FLOAT);
  AddLayer(header, "ViewLayer.Vector", "XYZW", Imf::FLOAT);
  return {header};
}

}  // namespace

void AddRenderFamilies(std::vector<Family>& families) {
  families.push_back({"nightfall/sh010/light/kitchen_beauty_v012/kitchen_beauty", ArnoldBeauty});
  families.push_back({"nightfall/sh010/light/cat_beauty_v004/cat_beauty", ArnoldFurBeauty});
  families.push_back({"nightfall/sh010/light/kitchen_data_v012/kitchen_data", ArnoldData});
  families.push_back({"nightfall/sh010/light/kitchen_crypto_v012/kitchen_crypto", ArnoldCryptomatte});
  families.push_back({"nightfall/sh010/fx/steam_v003/steam", ArnoldVolume});
  families.push_back({"nightfall/sh020/light/street_beauty_v008/street_beauty", RenderManBeauty});
  families.push_back({"nightfall/sh020/light/street_variance_v008/street_variance", RenderManVariance});
  families.push_back({"nightfall/sh020/fx/smoke_deep_v002/smoke_deep", DeepSmoke});
  families.push_back({"nightfall/sh020/fx/crowd_holdout_v002/crowd_holdout", DeepHoldout});
  families.push_back({"orchard/sh110/light/trees_v005/trees", KarmaMultiPart});
  families.push_back({"orchard/sh110/light/drone_v005/drone", RedshiftBeauty});
  families.push_back({"orchard/sh120/light/orchard_v007/orchard", BlenderLayers});
}
