// pixel-loop: how fast OpenEXR's C++ library alone decodes every sample of a flat single-part file, a band of rows at a
// time on one thread. The baseline of the pixels benchmark: no JavaScript, nothing counted. Takes a path and a number of
// rounds, prints one line of JSON with the processor time of each in milliseconds.

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfInputFile.h>
#include <ImfThreading.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr int kBandRows = 256;

void DecodeAll(const std::string& path) {
  Imf::InputFile file(path.c_str(), 0);
  const Imath::Box2i window = file.header().dataWindow();
  const size_t width = static_cast<size_t>(window.max.x - window.min.x + 1);
  const Imf::ChannelList& channels = file.header().channels();
  std::deque<std::vector<char>> planes;
  for (int y = window.min.y; y <= window.max.y; y += kBandRows) {
    const int last = std::min(y + kBandRows - 1, window.max.y);
    Imf::FrameBuffer buffer;
    size_t index = 0;
    for (auto it = channels.begin(); it != channels.end(); ++it, ++index) {
      const Imf::PixelType type = it.channel().type;
      const size_t size = type == Imf::HALF ? 2 : 4;
      if (planes.size() == index) planes.emplace_back(size * width * kBandRows);
      const Imath::Box2i band(Imath::V2i(window.min.x, y), Imath::V2i(window.max.x, last));
      buffer.insert(it.name(), Imf::Slice::Make(type, planes[index].data(), band, size, size * width));
    }
    file.setFrameBuffer(buffer);
    file.readPixels(y, last);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 1;
  if (argc < 2) return 2;
  Imf::setGlobalThreadCount(0);
  std::cout << "[";
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    DecodeAll(argv[1]);
    std::cout << (round ? "," : "") << 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }
  std::cout << "]\n";
}
