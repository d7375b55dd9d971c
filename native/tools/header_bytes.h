// EXR headers as plain bytes: written by hand where OpenEXR would refuse, and searched where a finished file is damaged.
#pragma once

#include <cstdint>
#include <string>

// Flags of the version word.
constexpr uint32_t kTiledFlag = 0x200;
constexpr uint32_t kLongNamesFlag = 0x400;
constexpr uint32_t kNonImageFlag = 0x800;
constexpr uint32_t kMultiPartFlag = 0x1000;

// Little-endian, as the format stores them.
std::string Int32(int32_t value);
std::string Uint64(uint64_t value);
std::string Float32(float value);
std::string Float64(double value);
std::string Box(int32_t min_x, int32_t min_y, int32_t max_x, int32_t max_y);

// One entry of a chlist value. Pixel type 0 is UINT, 1 HALF, 2 FLOAT.
std::string ChannelEntry(const std::string& name, int32_t pixel_type, int32_t x_sampling = 1, int32_t y_sampling = 1);
// A chlist value with its end mark.
std::string ChannelList(const std::string& entries);

std::string Magic(uint32_t flags = 0);
// `claimed_size` replaces the value's true size when it is given.
std::string RawHeaderAttribute(const std::string& name, const std::string& type, const std::string& value);
std::string RawHeaderAttribute(const std::string& name, const std::string& type, const std::string& value,
                               int32_t claimed_size);

struct RawImage {
  uint32_t flags = 0;
  int32_t width = 4;
  int32_t height = 4;
  char compression = 0;
  std::string channels = ChannelList(ChannelEntry("Y", 1));
  // Attributes before and after the required ones, as RawHeaderAttribute makes them.
  std::string before;
  std::string after;
  // The required attribute of this name is left out.
  std::string leave_out;
};

// Magic, version and one header with its end mark, without chunk table and pixels.
std::string RawHeader(const RawImage& image);
// The same with a chunk table and uncompressed scan lines of zeros; for one HALF channel only.
std::string RawFile(const RawImage& image);

// Where things are in a file OpenEXR has written.
size_t HeaderEnd(const std::string& file);
// Offset of the first value of that attribute in any part. Throws when there is none.
size_t ValueOffset(const std::string& file, const std::string& name);
uint64_t ReadUint64(const std::string& file, size_t offset);
// The same file with bytes replaced from `offset` on.
std::string Patched(std::string file, size_t offset, const std::string& bytes);
