#include "header_claims.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace exr_inspector {
namespace {

constexpr int64_t kVersionOffset = 4;
constexpr int64_t kFirstHeaderOffset = 8;
constexpr uint32_t kMultiPartFlag = 0x1000;
constexpr size_t kLongestName = 255;

// Reads forward through a window, so that a walk over small fields stays cheap.
class Cursor {
 public:
  Cursor(ByteSource& bytes, int64_t position)
      : bytes_(bytes), position_(position) {}

  int64_t position() const { return position_; }
  void Skip(int64_t count) { position_ += count; }

  // Nothing where the bytes end.
  std::optional<unsigned char> Next() {
    if (position_ < window_start_ || position_ >= window_start_ + filled_) {
      window_start_ = position_;
      filled_ = static_cast<int64_t>(
          bytes_.pread(window_.data(), window_.size(), position_));
      if (filled_ == 0) return std::nullopt;
    }
    return window_[static_cast<size_t>(position_++ - window_start_)];
  }

  std::optional<uint32_t> NextUint32() {
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
      const auto byte = Next();
      if (!byte) return std::nullopt;
      value |= static_cast<uint32_t>(*byte) << shift;
    }
    return value;
  }

  // Text up to a NUL; nothing where it has no end or is longer than any name.
  std::optional<std::string> NextName() {
    std::string name;
    while (name.size() <= kLongestName) {
      const auto byte = Next();
      if (!byte) return std::nullopt;
      if (*byte == 0) return name;
      name.push_back(static_cast<char>(*byte));
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

}  // namespace

std::string ImpossibleClaim(ByteSource& bytes, int64_t value_limit) {
  const auto version = Cursor(bytes, kVersionOffset).NextUint32();
  if (!version) return "";
  const bool multi_part = (*version & kMultiPartFlag) != 0;
  const auto file_size = static_cast<int64_t>(bytes.size());

  Cursor cursor(bytes, kFirstHeaderOffset);
  bool header_is_empty = true;
  for (;;) {
    const auto name = cursor.NextName();
    if (!name) return "";
    if (name->empty()) {
      // The end of one header; an empty header ends a list of them.
      if (!multi_part || header_is_empty) return "";
      header_is_empty = true;
      continue;
    }
    header_is_empty = false;
    const auto type = cursor.NextName();
    const auto size = type ? cursor.NextUint32() : std::nullopt;
    if (!size) return "";
    const int64_t room = std::min(file_size - cursor.position(), value_limit);
    if (static_cast<int64_t>(*size) > room) {
      return "not asked, for attribute '" + *name + "' claims " +
             std::to_string(*size) + " bytes where " +
             std::to_string(std::max<int64_t>(room, 0)) +
             " are left in the file or allowed.";
    }
    cursor.Skip(*size);
  }
}

}  // namespace exr_inspector
