#include "dot.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace exr_inspector::vectors {

static_assert(kDimension % 16 == 0, "paths take sixteen numbers at a time");

void DotManyPortable(const std::int16_t* query, const std::int8_t* codes,
                     std::size_t count, std::int32_t* products) {
  for (std::size_t row = 0; row < count; ++row, codes += kDimension) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < kDimension; ++i) sum += query[i] * codes[i];
    products[row] = sum;
  }
}

#if defined(__x86_64__)

namespace {

__attribute__((target("avx2"))) void DotManyAvx2(const std::int16_t* query,
                                                 const std::int8_t* codes,
                                                 std::size_t count,
                                                 std::int32_t* products) {
  for (std::size_t row = 0; row < count; ++row, codes += kDimension) {
    __m256i sum = _mm256_setzero_si256();
    for (std::size_t i = 0; i < kDimension; i += 16) {
      const __m256i wide = _mm256_cvtepi8_epi16(
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i)));
      const __m256i factors =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query + i));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(wide, factors));
    }
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum),
                                 _mm256_extracti128_si256(sum, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1));
    products[row] = _mm_cvtsi128_si32(four);
  }
}

}  // namespace

DotMany BestDotMany() {
  return __builtin_cpu_supports("avx2") ? DotManyAvx2 : DotManyPortable;
}

#elif defined(__aarch64__)

namespace {

void DotManyNeon(const std::int16_t* query, const std::int8_t* codes,
                 std::size_t count, std::int32_t* products) {
  for (std::size_t row = 0; row < count; ++row, codes += kDimension) {
    int32x4_t low = vdupq_n_s32(0);
    int32x4_t high = vdupq_n_s32(0);
    for (std::size_t i = 0; i < kDimension; i += 16) {
      const int8x16_t narrow = vld1q_s8(codes + i);
      const int16x8_t first = vmovl_s8(vget_low_s8(narrow));
      const int16x8_t second = vmovl_high_s8(narrow);
      const int16x8_t factors = vld1q_s16(query + i);
      const int16x8_t more = vld1q_s16(query + i + 8);
      low = vmlal_s16(low, vget_low_s16(first), vget_low_s16(factors));
      high = vmlal_high_s16(high, first, factors);
      low = vmlal_s16(low, vget_low_s16(second), vget_low_s16(more));
      high = vmlal_high_s16(high, second, more);
    }
    products[row] = vaddvq_s32(vaddq_s32(low, high));
  }
}

}  // namespace

DotMany BestDotMany() { return DotManyNeon; }

#else

DotMany BestDotMany() { return DotManyPortable; }

#endif

}  // namespace exr_inspector::vectors
