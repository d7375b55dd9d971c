// OpenEXR output stream into a string, so that a finished file can be damaged before it is saved.
#pragma once

#include <ImfIO.h>

#include <cstring>
#include <string>

class MemoryStream final : public Imf::OStream {
 public:
  MemoryStream() : Imf::OStream("memory") {}

  void write(const char bytes[], int count) override {
    const auto size = static_cast<size_t>(count);
    if (bytes_.size() < position_ + size) bytes_.resize(position_ + size);
    std::memcpy(bytes_.data() + position_, bytes, size);
    position_ += size;
  }
  uint64_t tellp() override { return position_; }
  void seekp(uint64_t position) override { position_ = position; }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  size_t position_ = 0;
};
