#ifndef EXR_INSPECTOR_VECTORS_QUANTIZE_H_
#define EXR_INSPECTOR_VECTORS_QUANTIZE_H_

#include <array>
#include <cstdint>

#include "dot.h"

namespace exr_inspector::vectors {

// A vector of length 1 is nearly `scale` times its codes: what is missing has at
// most the length `error`.
struct Bounds {
  float scale;
  float error;
};

// Codes of a vector brought to length 1. One of no length, or with numbers that
// are not finite, gets zeros and an endless error: whatever is asked, it is not
// ruled out.
Bounds Quantize(const float* vector, std::int8_t* codes);

// A query, in sixteen bits, and what bounds its cosine with a quantized vector.
class Query {
 public:
  // The numbers must be finite and not all zero.
  explicit Query(const float* vector);

  const std::int16_t* Codes() const { return codes_.data(); }
  // No cosine with a vector of these bounds and this product is larger.
  double Upper(std::int32_t product, const Bounds& bounds) const;
  // The cosine itself.
  double Cosine(const float* vector) const;

 private:
  std::array<std::int16_t, kDimension> codes_;
  std::array<float, kDimension> vector_;
  double length_;
  double scale_;
  double error_;
};

}  // namespace exr_inspector::vectors

#endif  // EXR_INSPECTOR_VECTORS_QUANTIZE_H_
