#include "sha256.h"

#include <algorithm>
#include <cstring>

namespace exr_inspector::pixels {

namespace {

// First 32 bits of the fractional parts of the cube roots of the first 64
// primes.
constexpr uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t Rotate(uint32_t value, int bits) {
  return value >> bits | value << (32 - bits);
}

}  // namespace

void Sha256::Update(const void* data, size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(data);
  size_t held = size_ % 64;
  size_ += size;
  if (held > 0) {
    const size_t taken = std::min(size, 64 - held);
    std::memcpy(rest_.data() + held, bytes, taken);
    bytes += taken;
    size -= taken;
    held += taken;
    if (held == 64) Block(rest_.data());
  }
  for (; size >= 64; bytes += 64, size -= 64) Block(bytes);
  if (size > 0) std::memcpy(rest_.data(), bytes, size);
}

std::array<unsigned char, Sha256::kDigestBytes> Sha256::Digest() const {
  Sha256 end = *this;
  const uint64_t bits = size_ * 8;
  const size_t held = size_ % 64;
  unsigned char padding[72] = {0x80};
  const size_t zeros = (held < 56 ? 56 : 120) - held;
  for (size_t i = 0; i < 8; i++) {
    padding[zeros + i] = static_cast<unsigned char>(bits >> (56 - 8 * i));
  }
  end.Update(padding, zeros + 8);
  std::array<unsigned char, kDigestBytes> digest{};
  for (size_t i = 0; i < kDigestBytes; i++) {
    digest[i] =
        static_cast<unsigned char>(end.state_[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

void Sha256::Block(const unsigned char* data) {
  uint32_t words[64];
  for (size_t i = 0; i < 16; i++) {
    words[i] = uint32_t{data[4 * i]} << 24 | uint32_t{data[4 * i + 1]} << 16 |
               uint32_t{data[4 * i + 2]} << 8 | data[4 * i + 3];
  }
  for (size_t i = 16; i < 64; i++) {
    const uint32_t a = words[i - 15];
    const uint32_t b = words[i - 2];
    words[i] = words[i - 16] + words[i - 7] +
               (Rotate(a, 7) ^ Rotate(a, 18) ^ a >> 3) +
               (Rotate(b, 17) ^ Rotate(b, 19) ^ b >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (size_t i = 0; i < 64; i++) {
    const uint32_t first = h + (Rotate(e, 6) ^ Rotate(e, 11) ^ Rotate(e, 25)) +
                           ((e & f) ^ (~e & g)) + kRounds[i] + words[i];
    const uint32_t second = (Rotate(a, 2) ^ Rotate(a, 13) ^ Rotate(a, 22)) +
                            ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const uint32_t after[8] = {a, b, c, d, e, f, g, h};
  for (size_t i = 0; i < 8; i++) state_[i] += after[i];
}

}  // namespace exr_inspector::pixels
