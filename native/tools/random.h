// A seeded stream of numbers, the same on every machine (SplitMix64, public domain algorithm by Sebastiano Vigna).
#pragma once

#include <cstdint>

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  // In [0, bound).
  int Below(int bound) { return static_cast<int>(Next() % static_cast<uint64_t>(bound)); }

  // In [0, 1), 24 bits: exact in float32.
  float Unit() { return static_cast<float>(Next() >> 40) / 16777216.0f; }

 private:
  uint64_t state_;
};
