#include "block.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace exr_inspector::vectors {

std::uint64_t ChecksumOf(const std::uint8_t* block, std::size_t size) {
  return XXH3_64bits(block + sizeof(std::uint64_t),
                     size - sizeof(std::uint64_t));
}

VectorKey KeyOf(const float* vector) {
  const XXH128_hash_t hash = XXH3_128bits(vector, kNumberBytes);
  return {hash.low64, hash.high64};
}

std::vector<std::uint8_t> BlockBytes(BlockHead head,
                                     const std::vector<std::uint32_t>& rows,
                                     const std::vector<const float*>& added,
                                     const std::vector<VectorKey>& keys) {
  head.vector_count = static_cast<std::uint32_t>(added.size());
  head.row_count = static_cast<std::uint32_t>(rows.size());
  const BlockPlace place(0, head);
  std::vector<std::uint8_t> bytes(place.End());
  for (std::size_t i = 0; i < added.size(); ++i) {
    std::array<std::int8_t, kDimension> codes;
    const Bounds bounds = Quantize(added[i], codes.data());
    std::memcpy(&bytes[place.Codes() + i * kCodeBytes], codes.data(),
                kCodeBytes);
    std::memcpy(&bytes[place.BoundsAt() + i * sizeof(Bounds)], &bounds,
                sizeof(Bounds));
    std::memcpy(&bytes[place.Keys() + i * sizeof(VectorKey)], &keys[i],
                sizeof(VectorKey));
    std::memcpy(&bytes[place.Numbers() + i * kNumberBytes], added[i],
                kNumberBytes);
  }
  if (!rows.empty()) {
    std::memcpy(&bytes[place.Rows()], rows.data(),
                rows.size() * sizeof(std::uint32_t));
  }
  std::memcpy(bytes.data(), &head, sizeof(head));
  head.checksum = ChecksumOf(bytes.data(), place.Numbers());
  std::memcpy(bytes.data(), &head, sizeof(head));
  return bytes;
}

}  // namespace exr_inspector::vectors
