#include "header_bytes.h"

#include <cstring>
#include <stdexcept>
#include <vector>

namespace {

constexpr size_t kFirstAttribute = 8;

template <typename T>
std::string LittleEndian(T value) {
  static_assert(sizeof(T) <= 8, "only plain numbers");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  std::string bytes;
  for (size_t i = 0; i < sizeof value; ++i) bytes.push_back(static_cast<char>(bits >> (8 * i)));
  return bytes;
}

struct Entry {
  std::string name;
  size_t value = 0;
  size_t end = 0;
};

// Reads the attribute at `at`; an empty name is the end mark of a header.
Entry ReadEntry(const std::string& file, size_t at) {
  Entry entry;
  entry.name = file.c_str() + at;
  if (entry.name.empty()) {
    entry.value = entry.end = at + 1;
    return entry;
  }
  const size_t type = at + entry.name.size() + 1;
  const size_t size = type + std::strlen(file.c_str() + type) + 1;
  uint32_t length = 0;
  for (size_t i = 0; i < 4; ++i) length |= static_cast<uint32_t>(static_cast<unsigned char>(file.at(size + i))) << (8 * i);
  entry.value = size + 4;
  entry.end = entry.value + length;
  return entry;
}

// Every attribute and end mark in file order.
std::vector<Entry> ReadEntries(const std::string& file) {
  const bool multi_part = (static_cast<unsigned char>(file.at(5)) & 0x10) != 0;
  std::vector<Entry> entries;
  bool at_part_start = true;
  for (size_t at = kFirstAttribute;;) {
    const Entry& entry = entries.emplace_back(ReadEntry(file, at));
    at = entry.end;
    if (entry.name.empty()) {
      if (!multi_part || at_part_start) return entries;
      at_part_start = true;
    } else {
      at_part_start = false;
    }
  }
}

}  // namespace

std::string Int32(int32_t value) { return LittleEndian(value); }
std::string Uint64(uint64_t value) { return LittleEndian(value); }
std::string Float32(float value) { return LittleEndian(value); }
std::string Float64(double value) { return LittleEndian(value); }

std::string Box(int32_t min_x, int32_t min_y, int32_t max_x, int32_t max_y) {
  return Int32(min_x) + Int32(min_y) + Int32(max_x) + Int32(max_y);
}

std::string ChannelEntry(const std::string& name, int32_t pixel_type, int32_t x_sampling, int32_t y_sampling) {
  const std::string linear_and_reserved(4, '\0');
  return name + '\0' + Int32(pixel_type) + linear_and_reserved + Int32(x_sampling) + Int32(y_sampling);
}

std::string ChannelList(const std::string& entries) { return entries + '\0'; }

std::string Magic(uint32_t flags) { return Int32(20000630) + Int32(static_cast<int32_t>(2 | flags)); }

std::string RawHeaderAttribute(const std::string& name, const std::string& type, const std::string& value) {
  return RawHeaderAttribute(name, type, value, static_cast<int32_t>(value.size()));
}

std::string RawHeaderAttribute(const std::string& name, const std::string& type, const std::string& value,
                               int32_t claimed_size) {
  return name + '\0' + type + '\0' + Int32(claimed_size) + value;
}

std::string RawHeader(const RawImage& image) {
  const std::string window = Box(0, 0, image.width - 1, image.height - 1);
  const std::vector<std::vector<std::string>> required = {
      {"channels", "chlist", image.channels},
      {"compression", "compression", std::string(1, image.compression)},
      {"dataWindow", "box2i", window},
      {"displayWindow", "box2i", window},
      {"lineOrder", "lineOrder", std::string(1, '\0')},
      {"pixelAspectRatio", "float", Float32(1)},
      {"screenWindowCenter", "v2f", Float32(0) + Float32(0)},
      {"screenWindowWidth", "float", Float32(1)},
  };
  std::string bytes = Magic(image.flags) + image.before;
  for (const auto& attribute : required) {
    if (attribute[0] != image.leave_out) bytes += RawHeaderAttribute(attribute[0], attribute[1], attribute[2]);
  }
  return bytes + image.after + '\0';
}

std::string RawFile(const RawImage& image) {
  std::string bytes = RawHeader(image);
  const int32_t row_bytes = image.width * 2;
  const uint64_t first_chunk = bytes.size() + 8u * static_cast<uint64_t>(image.height);
  for (int32_t y = 0; y < image.height; ++y) {
    bytes += Uint64(first_chunk + static_cast<uint64_t>(y) * static_cast<uint64_t>(8 + row_bytes));
  }
  for (int32_t y = 0; y < image.height; ++y) {
    bytes += Int32(y) + Int32(row_bytes) + std::string(static_cast<size_t>(row_bytes), '\0');
  }
  return bytes;
}

size_t HeaderEnd(const std::string& file) { return ReadEntries(file).back().end; }

size_t ValueOffset(const std::string& file, const std::string& name) {
  for (const Entry& entry : ReadEntries(file)) {
    if (entry.name == name) return entry.value;
  }
  throw std::logic_error("no attribute " + name);
}

uint64_t ReadUint64(const std::string& file, size_t offset) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) value |= static_cast<uint64_t>(static_cast<unsigned char>(file.at(offset + i))) << (8 * i);
  return value;
}

std::string Patched(std::string file, size_t offset, const std::string& bytes) {
  return file.replace(offset, bytes.size(), bytes);
}
