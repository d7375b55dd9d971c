// A generated render farm: families of frames as studios write them. Families look alike on purpose (shared resolution,
// compression, software); frames of a family differ only in what changes from frame to frame.
#pragma once

#include <ImfHeader.h>
#include <ImfPixelType.h>
#include <ImfRational.h>

#include <string>
#include <vector>

#include "random.h"

struct FarmOptions {
  std::string folder;
  int families = 27;
  int frames = 40;
  // Stands for HD; families in other formats scale with it.
  int width = 64;
  int height = 36;
  uint64_t seed = 1;
  // Frames that went wrong, as on every farm: unfinished, cut short by a full disk, empty.
  int damaged = 0;
};

// Which frame of which size a builder makes. `random` feeds the volatile values and nothing else.
struct Frame {
  int number;
  int width;
  int height;
  Random random;

  // A size relative to HD, never below 2x2; `twelfths` 12 is HD itself.
  Imath::V2i Size(int width_twelfths = 12, int height_twelfths = 12) const;
};

struct Family {
  // Path under the farm's folder, without frame number and extension.
  std::string path;
  // Headers of one frame, one per part.
  std::vector<Imf::Header> (*build)(Frame& frame);
};

// Builders by department, appended in this order.
void AddRenderFamilies(std::vector<Family>& families);
void AddPlateFamilies(std::vector<Family>& families);
void AddCompFamilies(std::vector<Family>& families);
void AddTextureFamilies(std::vector<Family>& families);

// Writes the farm and farm.json, which lists the families and their files.
void WriteFarm(const FarmOptions& options);

// Traits the builders share.
Imf::Header FrameHeader(const Imath::V2i& size, Imf::Compression compression);
void AddLayer(Imf::Header& header, const std::string& layer, const std::string& components,
              Imf::PixelType type = Imf::HALF);
void AddText(Imf::Header& header, const std::string& name, const std::string& text);
void AddNumber(Imf::Header& header, const std::string& name, float value);
void AddInteger(Imf::Header& header, const std::string& name, int value);
// A camera that moves with the frame: worldToCamera and worldToNDC.
void AddCamera(Imf::Header& header, Frame& frame);
// timeCode and framesPerSecond of this frame; `start_hour` is the reel's.
void AddTimeCode(Imf::Header& header, const Frame& frame, const Imf::Rational& rate, int start_hour);
// capDate: the moment this frame was rendered or shot.
void AddDate(Imf::Header& header, Frame& frame);
// Render node, render time and memory, under the names this renderer uses.
void AddRenderCost(Imf::Header& header, Frame& frame, const std::string& host, const std::string& seconds,
                   const std::string& memory);
// Shrinks the data window around the picture's content, another box in every frame.
void CropToContent(Imf::Header& header, Frame& frame);
