#include "header_check.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace exr_inspector {
namespace {

constexpr int64_t kVersionOffset = 4;
constexpr int64_t kFirstHeaderOffset = 8;
constexpr uint32_t kMultiPartFlag = 0x1000;
constexpr size_t kLongestName = 255;
constexpr uint32_t kPixelTypes = 3;
// Of a channel, after its pixel type: linearity, reserved bytes, samplings.
constexpr int64_t kChannelRest = 12;

struct FixedSize {
  std::string_view type;
  uint32_t size;
};

constexpr std::array kFixedSizes = {
    FixedSize{"box2f", 16},      FixedSize{"box2i", 16},
    FixedSize{"compression", 1}, FixedSize{"chromaticities", 32},
    FixedSize{"double", 8},      FixedSize{"deepImageState", 1},
    FixedSize{"envmap", 1},      FixedSize{"float", 4},
    FixedSize{"int", 4},         FixedSize{"keycode", 28},
    FixedSize{"lineOrder", 1},   FixedSize{"m33d", 72},
    FixedSize{"m33f", 36},       FixedSize{"m44d", 128},
    FixedSize{"m44f", 64},       FixedSize{"rational", 8},
    FixedSize{"tiledesc", 9},    FixedSize{"timecode", 8},
    FixedSize{"v2d", 16},        FixedSize{"v2f", 8},
    FixedSize{"v2i", 8},         FixedSize{"v3d", 24},
    FixedSize{"v3f", 12},        FixedSize{"v3i", 12},
};

// The bytes end, or are missing, where the walk goes on.
struct EndOfBytes {};

// Reads forward through a window, so that a walk over small fields stays cheap.
// Throws EndOfBytes.
class Cursor {
 public:
  Cursor(ByteSource& bytes, int64_t position)
      : bytes_(bytes), position_(position) {}

  int64_t position() const { return position_; }
  void Skip(int64_t count) { position_ += count; }

  unsigned char Byte() {
    if (position_ < window_start_ || position_ >= window_start_ + filled_) {
      window_start_ = position_;
      filled_ = static_cast<int64_t>(
          bytes_.pread(window_.data(), window_.size(), position_));
      if (filled_ == 0) throw EndOfBytes();
    }
    return window_[static_cast<size_t>(position_++ - window_start_)];
  }

  uint32_t Uint32() {
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
      value |= static_cast<uint32_t>(Byte()) << shift;
    }
    return value;
  }

  // Text up to a NUL; nothing when it is longer than any name may be.
  std::optional<std::string> Name() {
    std::string name;
    while (name.size() <= kLongestName) {
      const unsigned char byte = Byte();
      if (byte == 0) return name;
      name.push_back(static_cast<char>(byte));
    }
    return std::nullopt;
  }

 private:
  ByteSource& bytes_;
  int64_t position_;
  int64_t window_start_ = 0;
  int64_t filled_ = 0;
  std::array<unsigned char, 4096> window_;
};

// Each of these takes the cursor from the start of a value to its end, and
// returns what is wrong with it.

std::string ChannelsHazard(Cursor& cursor, int64_t end) {
  for (;;) {
    const auto name = cursor.Name();
    if (!name) return "has a name without an end";
    if (name->empty()) break;
    const uint32_t pixel_type = cursor.Uint32();
    if (pixel_type >= kPixelTypes) {
      return "has a channel of the unknown pixel type " +
             std::to_string(pixel_type);
    }
    cursor.Skip(kChannelRest);
    if (cursor.position() >= end) return "does not end where its size says";
  }
  return cursor.position() == end ? "" : "does not end where its size says";
}

std::string StringsHazard(Cursor& cursor, int64_t end) {
  while (cursor.position() < end) {
    const auto length = static_cast<int64_t>(cursor.Uint32());
    cursor.Skip(length);
  }
  return cursor.position() == end ? "" : "does not end where its size says";
}

std::string PreviewHazard(Cursor& cursor, int64_t end) {
  const uint64_t width = cursor.Uint32();
  const uint64_t height = cursor.Uint32();
  const auto room = static_cast<uint64_t>(end - cursor.position());
  cursor.Skip(end - cursor.position());
  return width * height == room / 4 && room % 4 == 0
             ? ""
             : "is not as large as its width and height say";
}

std::string ValueHazard(Cursor& cursor, const std::string& type,
                        uint32_t size) {
  const int64_t end = cursor.position() + size;
  if (type == "chlist") return ChannelsHazard(cursor, end);
  if (type == "stringvector") return StringsHazard(cursor, end);
  if (type == "preview" && size >= 8) return PreviewHazard(cursor, end);
  cursor.Skip(size);
  if (type == "preview" || (type == "floatvector" && size % 4 != 0)) {
    return "has a size that its type cannot have";
  }
  const auto fixed =
      std::find_if(kFixedSizes.begin(), kFixedSizes.end(),
                   [&](const FixedSize& entry) { return entry.type == type; });
  if (fixed == kFixedSizes.end() || fixed->size == size) return "";
  return "has " + std::to_string(size) + " bytes where " + type + " takes " +
         std::to_string(fixed->size);
}

enum class Depth { kClaims, kValues };

std::string AttributeHazard(Cursor& cursor, Depth depth, int64_t file_size,
                            int64_t value_limit) {
  const auto type = cursor.Name();
  if (!type) return "has a type name without an end";
  const uint32_t size = cursor.Uint32();
  const int64_t room = std::min(file_size - cursor.position(), value_limit);
  if (static_cast<int64_t>(size) > room) {
    return "claims " + std::to_string(size) + " bytes where " +
           std::to_string(std::max<int64_t>(room, 0)) +
           " are left in the file or allowed";
  }
  if (depth == Depth::kValues) return ValueHazard(cursor, *type, size);
  cursor.Skip(size);
  return "";
}

std::string WalkHeadersToEnd(ByteSource& bytes, Depth depth,
                             int64_t value_limit) {
  const uint32_t version = Cursor(bytes, kVersionOffset).Uint32();
  const bool multi_part = (version & kMultiPartFlag) != 0;
  const auto file_size = static_cast<int64_t>(bytes.size());

  Cursor cursor(bytes, kFirstHeaderOffset);
  bool header_is_empty = true;
  for (;;) {
    const auto name = cursor.Name();
    if (!name) return "an attribute name has no end";
    if (name->empty()) {
      // The end of one header; an empty header ends a list of them.
      if (!multi_part || header_is_empty) return "";
      header_is_empty = true;
      continue;
    }
    header_is_empty = false;
    const std::string hazard =
        AttributeHazard(cursor, depth, file_size, value_limit);
    if (!hazard.empty()) return "attribute '" + *name + "' " + hazard;
  }
}

std::string WalkHeaders(ByteSource& bytes, Depth depth, int64_t value_limit) {
  try {
    return WalkHeadersToEnd(bytes, depth, value_limit);
  } catch (const EndOfBytes&) {
    return "";
  }
}

}  // namespace

std::string ClaimHazard(ByteSource& bytes, int64_t value_limit) {
  return WalkHeaders(bytes, Depth::kClaims, value_limit);
}

std::string HeaderHazard(ByteSource& bytes, int64_t value_limit) {
  return WalkHeaders(bytes, Depth::kValues, value_limit);
}

}  // namespace exr_inspector
