#include "farm.h"

#include <ImfChannelList.h>
#include <ImfFloatAttribute.h>
#include <ImfIntAttribute.h>
#include <ImfRational.h>
#include <ImfStandardAttributes.h>
#include <ImfStringAttribute.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "header_facts.h"
#include "image_writer.h"

namespace {

constexpr int kFirstFrame = 1001;

std::vector<Family> AllFamilies() {
  std::vector<Family> families;
  AddRenderFamilies(families);
  AddPlateFamilies(families);
  AddCompFamilies(families);
  AddTextureFamilies(families);
  return families;
}

std::string FileName(const Family& family, int frame) {
  char number[16];
  std::snprintf(number, sizeof number, ".%04d.exr", frame);
  return family.path + number;
}

std::string FamilyJson(const Family& family, const std::vector<std::string>& files) {
  std::string list;
  for (const std::string& file : files) list += (list.empty() ? "" : ",") + Quoted(file);
  return "{\"family\":" + Quoted(family.path) + ",\"files\":[" + list + "]}";
}

// What a farm leaves behind when a render dies, the disk fills up, or nothing was written at all.
std::string Damaged(const std::vector<Imf::Header>& headers, int kind) {
  WriteOptions unfinished;
  unfinished.fraction = 0.5;
  const std::string whole = WriteImage(headers);
  switch (kind % 4) {
    case 0:
      return WriteImage(headers, unfinished);
    case 1:
      return whole.substr(0, whole.size() * 2 / 3);
    case 2:
      return "";
    default:
      return whole.substr(0, 200);
  }
}

// Spreads the damage over families and frames.
void WriteDamaged(const FarmOptions& options, const std::vector<Family>& families) {
  for (int i = 0; i < options.damaged; ++i) {
    const Family& family = families[static_cast<size_t>(i * 5 + 1) % families.size()];
    Frame frame{kFirstFrame + (i * 3 + 4) % options.frames, options.width, options.height, Random(options.seed)};
    SaveFile(options.folder + "/" + FileName(family, frame.number), Damaged(family.build(frame), i));
  }
}

}  // namespace

Imath::V2i Frame::Size(int width_twelfths, int height_twelfths) const {
  return {std::max(2, width * width_twelfths / 12), std::max(2, height * height_twelfths / 12)};
}

void WriteFarm(const FarmOptions& options) {
  const std::vector<Family> families = AllFamilies();
  if (options.families < 1 || options.families > static_cast<int>(families.size())) {
    throw std::runtime_error("--families must be 1 to " + std::to_string(families.size()));
  }
  std::string manifest;
  std::vector<Family> written;
  for (int f = 0; f < options.families; ++f) {
    // Spread over all departments, so that a small farm is as mixed as a large one.
    const size_t pick = static_cast<size_t>(f) * families.size() / static_cast<size_t>(options.families);
    const Family& family = families[pick];
    std::vector<std::string> files;
    for (int i = 0; i < options.frames; ++i) {
      const uint64_t seed = options.seed * 1000003u + pick * 100003u + static_cast<uint64_t>(i);
      Frame frame{kFirstFrame + i, options.width, options.height, Random(seed)};
      WriteOptions write;
      write.phase = i;
      files.push_back(FileName(family, frame.number));
      SaveFile(options.folder + "/" + files.back(), WriteImage(family.build(frame), write));
    }
    written.push_back(family);
    manifest += (manifest.empty() ? "" : ",\n") + FamilyJson(family, files);
  }
  WriteDamaged(options, written);
  SaveFile(options.folder + "/farm.json", "[\n" + manifest + "\n]\n");
}

Imf::Header FrameHeader(const Imath::V2i& size, Imf::Compression compression) {
  Imf::Header header(size.x, size.y);
  header.compression() = compression;
  return header;
}

void AddLayer(Imf::Header& header, const std::string& layer, const std::string& components, Imf::PixelType type) {
  const std::string prefix = layer.empty() ? "" : layer + ".";
  for (const char component : components) header.channels().insert(prefix + component, Imf::Channel(type));
}

void AddText(Imf::Header& header, const std::string& name, const std::string& text) {
  header.insert(name, Imf::StringAttribute(text));
}

void AddNumber(Imf::Header& header, const std::string& name, float value) {
  header.insert(name, Imf::FloatAttribute(value));
}

void AddInteger(Imf::Header& header, const std::string& name, int value) {
  header.insert(name, Imf::IntAttribute(value));
}

void AddCamera(Imf::Header& header, Frame& frame) {
  const float travel = static_cast<float>(frame.number) * 0.125f + frame.random.Unit();
  const Imath::M44f to_camera(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, travel, -1.75f, -12 - frame.random.Unit(), 1);
  const Imath::M44f to_ndc(1.8f, 0, 0, 0, 0, 3.2f, 0, 0, 0, 0, 1, 1, travel * 1.8f, -5.6f, -12 - frame.random.Unit(), 1);
  Imf::addWorldToCamera(header, to_camera);
  Imf::addWorldToNDC(header, to_ndc);
}

void AddTimeCode(Imf::Header& header, const Frame& frame, const Imf::Rational& rate, int start_hour) {
  const int fps = static_cast<int>((static_cast<unsigned>(rate.n) + rate.d - 1) / rate.d);
  const int second = frame.number / fps;
  Imf::addFramesPerSecond(header, rate);
  Imf::addTimeCode(header, Imf::TimeCode(start_hour, second / 60 % 60, second % 60, frame.number % fps));
}

void AddDate(Imf::Header& header, Frame& frame) {
  char date[32];
  std::snprintf(date, sizeof date, "2024:%02d:%02d %02d:%02d:%02d", 1 + frame.random.Below(12),
                1 + frame.random.Below(28), frame.random.Below(24), frame.random.Below(60), frame.random.Below(60));
  Imf::addCapDate(header, date);
}

void AddRenderCost(Imf::Header& header, Frame& frame, const std::string& host, const std::string& seconds,
                   const std::string& memory) {
  char node[32];
  std::snprintf(node, sizeof node, "render%04d.farm", frame.random.Below(900));
  AddText(header, host, node);
  AddNumber(header, seconds, 300.0f + 900.0f * frame.random.Unit());
  AddInteger(header, memory, 4000 + frame.random.Below(20000));
}

void CropToContent(Imf::Header& header, Frame& frame) {
  Imath::Box2i box = header.displayWindow();
  const int margin_x = std::max(1, (box.max.x - box.min.x) / 4);
  const int margin_y = std::max(1, (box.max.y - box.min.y) / 4);
  box.min += Imath::V2i(frame.random.Below(margin_x), frame.random.Below(margin_y));
  box.max -= Imath::V2i(frame.random.Below(margin_x), frame.random.Below(margin_y));
  header.dataWindow() = box;
}
