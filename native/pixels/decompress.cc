#include "decompress.h"

#include <libdeflate.h>

#include <cstring>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace exr_inspector::pixels {

namespace {

// No deflate stream grows by more than 1032 to 1 (RFC 1951: 258 bytes cost at
// least two bits).
constexpr uint64_t kMaxDeflateRatio = 1032;
constexpr uint64_t kMaxRleRatio = 64;

void RefuseImpossible(size_t packed, size_t size, uint64_t ratio) {
  if (packed == 0 || size / ratio > packed) {
    throw ChunkFailure(std::to_string(packed) + " bytes cannot decode to " +
                       std::to_string(size));
  }
}

// RLE as OpenEXR has it: a negative count is that many literal bytes, another
// one is a byte that is repeated count + 1 times.
void DecodeRle(ByteView packed, unsigned char* out, size_t size) {
  const unsigned char* in = packed.data;
  const unsigned char* const end = in + packed.size;
  size_t filled = 0;
  while (in < end) {
    const auto count = static_cast<signed char>(*in++);
    const size_t run = count < 0 ? static_cast<size_t>(-int{count})
                                 : static_cast<size_t>(count) + 1;
    const size_t taken = count < 0 ? run : 1;
    if (run > size - filled || taken > static_cast<size_t>(end - in)) {
      throw ChunkFailure("a run leaves the chunk");
    }
    if (count < 0) {
      std::memcpy(out + filled, in, run);
    } else {
      std::memset(out + filled, *in, run);
    }
    in += taken;
    filled += run;
  }
  if (filled != size) {
    throw ChunkFailure("decodes to " + std::to_string(filled) +
                       " bytes instead of " + std::to_string(size));
  }
}

// Undoes the difference of neighbouring bytes: each one is the sum of all
// before it, less 128 for each.
void SumBytes(unsigned char* bytes, size_t size) {
  size_t i = 1;
#if defined(__SSE2__)
  const __m128i offset = _mm_set1_epi8(-128);
  if (size > 17) {
    __m128i last = _mm_set1_epi8(static_cast<char>(bytes[0]));
    for (; i + 16 <= size; i += 16) {
      auto* at = reinterpret_cast<__m128i*>(bytes + i);
      __m128i sum = _mm_add_epi8(_mm_loadu_si128(at), offset);
      sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 1));
      sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 2));
      sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 4));
      sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 8));
      sum = _mm_add_epi8(sum, last);
      _mm_storeu_si128(at, sum);
      last = _mm_unpackhi_epi8(sum, sum);
      last = _mm_shufflehi_epi16(last, 0xff);
      last = _mm_unpackhi_epi64(last, last);
    }
  }
#endif
  for (; i < size; i++) {
    bytes[i] = static_cast<unsigned char>(bytes[i - 1] + bytes[i] - 128);
  }
}

// The first half holds the bytes of even, the second half those of odd places.
void Interleave(const unsigned char* in, unsigned char* out, size_t size) {
  const unsigned char* even = in;
  const unsigned char* odd = in + (size + 1) / 2;
  const size_t pairs = size / 2;
  size_t i = 0;
#if defined(__SSE2__)
  for (; i + 16 <= pairs; i += 16) {
    const auto* from_even = reinterpret_cast<const __m128i*>(even + i);
    const auto* from_odd = reinterpret_cast<const __m128i*>(odd + i);
    const __m128i a = _mm_loadu_si128(from_even);
    const __m128i b = _mm_loadu_si128(from_odd);
    auto* to = reinterpret_cast<__m128i*>(out + 2 * i);
    _mm_storeu_si128(to, _mm_unpacklo_epi8(a, b));
    _mm_storeu_si128(to + 1, _mm_unpackhi_epi8(a, b));
  }
#endif
  for (; i < pairs; i++) {
    out[2 * i] = even[i];
    out[2 * i + 1] = odd[i];
  }
  if (size % 2 == 1) out[size - 1] = even[pairs];
}

// Bytes that PXR24 stores of a sample: a float loses its last one.
size_t Pxr24Bytes(PixelType type) {
  if (type == PixelType::kHalf) return 2;
  return type == PixelType::kFloat ? 3 : 4;
}

// One row: the samples' bytes lie in planes, highest first, and hold the
// difference to the sample before.
const unsigned char* UndoPxr24Row(PixelType type, size_t count,
                                  const unsigned char* in,
                                  unsigned char* out) {
  uint32_t value = 0;
  const unsigned char* a = in;
  const unsigned char* b = a + count;
  const unsigned char* c = b + count;
  const unsigned char* d = c + count;
  switch (type) {
    case PixelType::kHalf:
      for (size_t i = 0; i < count; i++) {
        value += static_cast<uint32_t>(a[i] << 8 | b[i]);
        const auto bits = static_cast<uint16_t>(value);
        std::memcpy(out + 2 * i, &bits, 2);
      }
      return in + 2 * count;
    case PixelType::kFloat:
      for (size_t i = 0; i < count; i++) {
        value += static_cast<uint32_t>(a[i]) << 24 |
                 static_cast<uint32_t>(b[i]) << 16 |
                 static_cast<uint32_t>(c[i]) << 8;
        std::memcpy(out + 4 * i, &value, 4);
      }
      return in + 3 * count;
    default:
      for (size_t i = 0; i < count; i++) {
        value += static_cast<uint32_t>(a[i]) << 24 |
                 static_cast<uint32_t>(b[i]) << 16 |
                 static_cast<uint32_t>(c[i]) << 8 | d[i];
        std::memcpy(out + 4 * i, &value, 4);
      }
      return in + 4 * count;
  }
}

}  // namespace

void Decompressor::Free::operator()(
    libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

Decompressor::Decompressor() : deflate_(libdeflate_alloc_decompressor()) {
  if (!deflate_) throw std::bad_alloc();
}

Decompressor::~Decompressor() = default;

void Decompressor::Inflate(ByteView packed, unsigned char* out, size_t size) {
  RefuseImpossible(packed.size, size, kMaxDeflateRatio);
  size_t filled = 0;
  const libdeflate_result result = libdeflate_zlib_decompress(
      deflate_.get(), packed.data, packed.size, out, size, &filled);
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
    throw ChunkFailure("decodes to more than " + std::to_string(size) +
                       " bytes");
  }
  if (result != LIBDEFLATE_SUCCESS) {
    throw ChunkFailure("its compressed data is damaged");
  }
  if (filled != size) {
    throw ChunkFailure("decodes to " + std::to_string(filled) +
                       " bytes instead of " + std::to_string(size));
  }
}

const unsigned char* Decompressor::Run(Compression compression,
                                       ByteView packed, size_t size) {
  // A chunk that would grow is stored as it is.
  if (compression == Compression::kNone || packed.size >= size) {
    if (packed.size == size) return packed.data;
    throw ChunkFailure("holds " + std::to_string(packed.size) +
                       " bytes instead of " + std::to_string(size));
  }
  if (compression == Compression::kRle) {
    RefuseImpossible(packed.size, size, kMaxRleRatio);
  } else {
    RefuseImpossible(packed.size, size, kMaxDeflateRatio);
  }
  scratch_.resize(size);
  out_.resize(size);
  if (compression == Compression::kRle) {
    DecodeRle(packed, scratch_.data(), size);
  } else {
    Inflate(packed, scratch_.data(), size);
  }
  SumBytes(scratch_.data(), size);
  Interleave(scratch_.data(), out_.data(), size);
  return out_.data();
}

const unsigned char* Decompressor::RunPxr24(const PartLayout& layout,
                                            const ChunkPlace& place,
                                            ByteView packed, size_t size) {
  if (packed.size >= size) return Run(Compression::kNone, packed, size);
  size_t planes = 0;
  for (const ChannelLayout& channel : layout.channels) {
    planes += Pxr24Bytes(channel.type) *
              static_cast<size_t>(channel.SamplesIn(place.x, place.width)) *
              static_cast<size_t>(channel.RowsIn(place.y, place.height));
  }
  RefuseImpossible(packed.size, planes, kMaxDeflateRatio);
  scratch_.resize(planes);
  out_.resize(size);
  Inflate(packed, scratch_.data(), planes);
  const unsigned char* in = scratch_.data();
  unsigned char* out = out_.data();
  for (int64_t y = place.y; y < int64_t{place.y} + place.height; y++) {
    for (const ChannelLayout& channel : layout.channels) {
      if (!channel.HasRow(y)) continue;
      const auto count =
          static_cast<size_t>(channel.SamplesIn(place.x, place.width));
      in = UndoPxr24Row(channel.type, count, in, out);
      out += count * SampleBytes(channel.type);
    }
  }
  return out_.data();
}

}  // namespace exr_inspector::pixels
