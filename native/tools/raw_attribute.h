// An attribute of any type name and any bytes, for types OpenEXR itself does not know.
#pragma once

#include <ImfAttribute.h>
#include <ImfIO.h>

#include <stdexcept>
#include <string>

class RawAttribute final : public Imf::Attribute {
 public:
  RawAttribute(std::string type, std::string bytes) : type_(std::move(type)), bytes_(std::move(bytes)) {}

  const char* typeName() const override { return type_.c_str(); }
  Imf::Attribute* copy() const override { return new RawAttribute(type_, bytes_); }
  void writeValueTo(Imf::OStream& stream, int) const override {
    stream.write(bytes_.data(), static_cast<int>(bytes_.size()));
  }
  void readValueFrom(Imf::IStream&, int, int) override { throw std::logic_error("RawAttribute is only written"); }
  void copyValueFrom(const Imf::Attribute& other) override {
    const auto& raw = dynamic_cast<const RawAttribute&>(other);
    type_ = raw.type_;
    bytes_ = raw.bytes_;
  }

 private:
  std::string type_;
  std::string bytes_;
};
