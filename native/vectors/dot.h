#ifndef EXR_INSPECTOR_VECTORS_DOT_H_
#define EXR_INSPECTOR_VECTORS_DOT_H_

#include <cstddef>
#include <cstdint>

namespace exr_inspector::vectors {

// Numbers in a vector of metadata; src/tables/record.ts has the same.
constexpr std::size_t kDimension = 384;

// Integer products of a query with `count` vectors that lie one after the
// other. No sum leaves 32 bits: 384 * 32767 * 127 < 2^31. Integers add up to the
// same in any order, so every path gives the same bits.
using DotMany = void (*)(const std::int16_t* query, const std::int8_t* codes,
                         std::size_t count, std::int32_t* products);

// The one path that every compiler has.
void DotManyPortable(const std::int16_t* query, const std::int8_t* codes,
                     std::size_t count, std::int32_t* products);

// The fastest path of this processor.
DotMany BestDotMany();

}  // namespace exr_inspector::vectors

#endif  // EXR_INSPECTOR_VECTORS_DOT_H_
