#include "quantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace exr_inspector::vectors {

namespace {

// More than all rounding of doubles here can amount to.
constexpr double kSlack = 1e-9;

// Adding it leaves of a small number what is nearest to it and whole.
constexpr double kRounder = 6755399441055744.0;

// Eight sums side by side, in an order that no compiler may change: fast, and the
// same bits everywhere.
double Product(const float* a, const float* b) {
  std::array<double, 8> sums{};
  for (std::size_t i = 0; i < kDimension; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] +=
          static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    }
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
         ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

double Length(const float* vector) {
  return std::sqrt(Product(vector, vector));
}

template <typename Code>
void Round(const float* vector, double length, double scale, Code* codes,
           double* error) {
  double sum = 0;
  for (std::size_t i = 0; i < kDimension; ++i) {
    const double value = static_cast<double>(vector[i]) / length;
    const double code = (value / scale + kRounder) - kRounder;
    codes[i] = static_cast<Code>(code);
    const double missing = value - code * scale;
    sum += missing * missing;
  }
  *error = std::sqrt(sum);
}

double Largest(const float* vector) {
  float largest = 0;
  for (std::size_t i = 0; i < kDimension; ++i) {
    largest = std::max(largest, std::abs(vector[i]));
  }
  return static_cast<double>(largest);
}

}  // namespace

Bounds Quantize(const float* vector, std::int8_t* codes) {
  const double length = Length(vector);
  if (!(length > 0) || !std::isfinite(length)) {
    std::memset(codes, 0, kDimension);
    return {0, std::numeric_limits<float>::infinity()};
  }
  // Rounded up as a float, so that no code exceeds 127.
  const float scale =
      std::nextafter(static_cast<float>(Largest(vector) / length / 127.0),
                     std::numeric_limits<float>::infinity());
  double error = 0;
  Round(vector, length, static_cast<double>(scale), codes, &error);
  return {scale, std::nextafter(static_cast<float>(error),
                                std::numeric_limits<float>::infinity())};
}

Query::Query(const float* vector) : length_(Length(vector)) {
  std::copy_n(vector, kDimension, vector_.begin());
  scale_ = Largest(vector) / length_ / 32767.0 * (1 + 1e-12);
  Round(vector, length_, scale_, codes_.data(), &error_);
}

double Query::Upper(std::int32_t product, const Bounds& bounds) const {
  const double error = static_cast<double>(bounds.error);
  const double upper = static_cast<double>(product) * scale_ *
                           static_cast<double>(bounds.scale) +
                       error + error_ * (1 + error) + kSlack;
  // Bounds of a file that somebody made up must not upset the order of hits.
  return std::isnan(upper) ? std::numeric_limits<double>::infinity() : upper;
}

double Query::Cosine(const float* vector) const {
  return Product(vector_.data(), vector) / (length_ * Length(vector));
}

}  // namespace exr_inspector::vectors
