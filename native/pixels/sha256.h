#ifndef EXR_INSPECTOR_PIXELS_SHA256_H_
#define EXR_INSPECTOR_PIXELS_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace exr_inspector::pixels {

// SHA-256 (FIPS 180-4) over bytes that come in pieces.
class Sha256 {
 public:
  static constexpr size_t kDigestBytes = 32;

  void Update(const void* data, size_t size);
  std::array<unsigned char, kDigestBytes> Digest() const;

 private:
  void Block(const unsigned char* data);

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                 0xa54ff53a, 0x510e527f, 0x9b05688c,
                                 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest_{};
  uint64_t size_ = 0;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_SHA256_H_
