#include "piz.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace exr_inspector::pixels {

namespace {

constexpr size_t kNumbers = 65536;
constexpr size_t kBitmapBytes = kNumbers / 8;
// A repetition takes at least nine bits for 255 numbers of two bytes.
constexpr uint64_t kMaxRatio = 512;

// Little-endian numbers and runs of bytes, none from beyond the end.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

  uint32_t Uint16() { return Read(2); }
  uint32_t Uint32() { return Read(4); }
  ByteView Bytes(size_t size) {
    if (size > bytes_.size) throw ChunkFailure("its packed data breaks off");
    const ByteView view{bytes_.data, size};
    bytes_ = {bytes_.data + size, bytes_.size - size};
    return view;
  }
  ByteView Rest() const { return bytes_; }

 private:
  uint32_t Read(size_t size) {
    const ByteView view = Bytes(size);
    uint32_t number = 0;
    for (size_t i = size; i > 0; i--) number = number << 8 | view.data[i - 1];
    return number;
  }

  ByteView bytes_;
};

// Bits from the highest of the first byte on. Behind the end there are zeros;
// whoever reads says afterwards whether it came that far.
class BitReader {
 public:
  explicit BitReader(ByteView bytes)
      : next_(bytes.data), end_(bytes.data + bytes.size) {}

  // The next bits, at the top; after a Fill 56 of them at least are there.
  uint64_t window() const { return window_; }
  void Fill() {
    if (end_ - next_ >= 8) {
      uint64_t eight = 0;
      std::memcpy(&eight, next_, 8);
      window_ |= __builtin_bswap64(eight) >> held_;
      next_ += (63 - held_) >> 3;
      held_ |= 56;
      return;
    }
    for (; held_ <= 56; held_ += 8) {
      const uint64_t byte = next_ < end_ ? *next_++ : 0;
      window_ |= byte << (56 - held_);
    }
  }
  // At most 56 bits after a Fill.
  void Skip(int bits) {
    window_ <<= bits;
    held_ -= bits;
    used_ += static_cast<uint64_t>(bits);
  }
  uint64_t Take(int bits) {
    Fill();
    const uint64_t value = window_ >> (64 - bits);
    Skip(bits);
    return value;
  }
  uint64_t used() const { return used_; }

 private:
  const unsigned char* next_;
  const unsigned char* const end_;
  uint64_t window_ = 0;
  int held_ = 0;
  uint64_t used_ = 0;
};

// Both steps of the wavelet make two numbers of an average and a difference,
// modulo 2^16; the one for numbers below 2^14 knows signs.
template <bool kIsSmall>
inline void Undo(uint16_t& low, uint16_t& high) {
  const int average = low;
  const int difference = high;
  if constexpr (kIsSmall) {
    const int signed_difference = static_cast<int16_t>(high);
    const int first =
        average + (signed_difference & 1) + (signed_difference >> 1);
    low = static_cast<uint16_t>(first);
    high = static_cast<uint16_t>(first - signed_difference);
  } else {
    const int second = average - (difference >> 1);
    low = static_cast<uint16_t>(difference + second - 0x8000);
    high = static_cast<uint16_t>(second);
  }
}

// The finest level has all numbers side by side.
template <bool kIsSmall>
void UndoRows(uint16_t* __restrict top, uint16_t* __restrict bottom,
              int64_t count) {
  for (int64_t i = 0; i < count; i++) Undo<kIsSmall>(top[i], bottom[i]);
}
template <bool kIsSmall, int64_t kStep>
void UndoPairs(uint16_t* row, int64_t pairs) {
  for (int64_t i = 0; i < pairs; i++) {
    for (int64_t k = 0; k < kStep; k++) {
      Undo<kIsSmall>(row[i * 2 * kStep + k], row[(i * 2 + 1) * kStep + k]);
    }
  }
}

// A plane of `width` x `height` elements of kStep numbers, each of which has a
// wavelet of its own: from the coarsest level, where elements that are `half`
// apart belong together, to the finest.
template <bool kIsSmall, int64_t kStep>
void UndoWavelet(uint16_t* plane, int64_t width, int64_t height) {
  const int64_t row = width * kStep;
  int64_t whole = 1;
  while (whole * 2 <= std::min(width, height)) whole *= 2;
  for (int64_t half = whole / 2; half >= 1; half /= 2) {
    const int64_t pair = half * 2;
    const int64_t pairs = width / pair;
    const auto undo_pairs = [&](uint16_t* line) {
      if (half == 1) return UndoPairs<kIsSmall, kStep>(line, pairs);
      for (int64_t i = 0; i < pairs; i++) {
        uint16_t* const at = line + i * pair * kStep;
        for (int64_t k = 0; k < kStep; k++) {
          Undo<kIsSmall>(at[k], at[half * kStep + k]);
        }
      }
    };
    int64_t y = 0;
    for (; y + pair <= height; y += pair) {
      uint16_t* const top = plane + y * row;
      uint16_t* const bottom = top + half * row;
      if (half == 1) {
        UndoRows<kIsSmall>(top, bottom, row);
      } else {
        // With a single one at the end, where the width is odd at this level.
        const int64_t columns = pairs * 2 + ((width & half) != 0 ? 1 : 0);
        for (int64_t i = 0; i < columns; i++) {
          const int64_t at = i * half * kStep;
          for (int64_t k = 0; k < kStep; k++) {
            Undo<kIsSmall>(top[at + k], bottom[at + k]);
          }
        }
      }
      undo_pairs(top);
      undo_pairs(bottom);
    }
    if ((height & half) != 0) undo_pairs(plane + y * row);
  }
}

template <bool kIsSmall>
void UndoWavelet(uint16_t* plane, int64_t width, int64_t height, size_t step) {
  if (step == 1) return UndoWavelet<kIsSmall, 1>(plane, width, height);
  UndoWavelet<kIsSmall, 2>(plane, width, height);
}

}  // namespace

// Six bits a length; the highest of them say how many symbols in a row have no
// code.
size_t PizCode::Read(ByteView table, uint32_t first, uint32_t last) {
  constexpr uint64_t kShortRun = 59;
  constexpr uint64_t kLongRun = 63;
  lengths_.assign(last + 1, 0);
  BitReader reader(table);
  for (uint32_t symbol = first; symbol <= last;) {
    const uint64_t length = reader.Take(6);
    if (length < kShortRun) {
      lengths_[symbol++] = static_cast<uint8_t>(length);
      continue;
    }
    const uint64_t run = length == kLongRun ? reader.Take(8) + 6
                                            : length - kShortRun + 2;
    if (run > last - symbol + 1) throw ChunkFailure("its code is damaged");
    symbol += static_cast<uint32_t>(run);
  }
  const uint64_t bytes = (reader.used() + 7) / 8;
  if (bytes > table.size) throw ChunkFailure("its code breaks off");
  Build(first, last);
  return static_cast<size_t>(bytes);
}

void PizCode::Build(uint32_t first, uint32_t last) {
  std::array<uint64_t, kMaxLength + 2> counts{};
  for (uint32_t symbol = first; symbol <= last; symbol++) {
    counts[lengths_[symbol]]++;
  }
  counts[0] = 0;
  std::array<uint64_t, kMaxLength + 2> codes{};
  uint64_t code = 0;
  longest_ = 0;
  for (int length = kMaxLength; length > 0; length--) {
    const auto at = static_cast<size_t>(length);
    codes[at] = code;
    if (counts[at] > 0) longest_ = std::max(longest_, length);
    code += counts[at];
    if (code > uint64_t{1} << length) throw ChunkFailure("its code is damaged");
    code >>= 1;
  }
  size_t place = 0;
  std::array<size_t, kMaxLength + 2> next{};
  for (size_t length = 1; length <= kMaxLength; length++) {
    first_code_[length] = codes[length] << (64 - length);
    below_[length] = counts[length] > 0 ? first_code_[length] - 1 : UINT64_MAX;
    first_place_[length] = next[length] = place;
    place += counts[length];
  }
  sorted_.resize(place);
  lookup_.assign(size_t{1} << kLookupBits, Entry{});
  repeat_at_ = SIZE_MAX;
  for (uint32_t symbol = first; symbol <= last; symbol++) {
    const size_t length = lengths_[symbol];
    if (length == 0) continue;
    const size_t at = next[length]++;
    if (symbol == last) {
      repeat_at_ = at;
      continue;
    }
    sorted_[at] = static_cast<uint16_t>(symbol);
    if (length > kLookupBits) continue;
    const size_t width = size_t{1} << (kLookupBits - length);
    const size_t from = (codes[length] + (at - first_place_[length])) * width;
    const Entry entry{sorted_[at], static_cast<uint8_t>(length), 0};
    std::fill_n(lookup_.begin() + static_cast<std::ptrdiff_t>(from), width,
                entry);
  }
  for (size_t i = 0; i < lookup_.size(); i++) {
    if (lookup_[i].length != 0) continue;
    // The largest window that begins so: longer codes are smaller.
    const uint64_t largest =
        (i + 1) == lookup_.size() ? UINT64_MAX
                                  : (uint64_t{i + 1} << (64 - kLookupBits)) - 1;
    lookup_[i].least = static_cast<uint8_t>(LengthOf(largest, 1));
  }
}

int PizCode::LengthOf(uint64_t window, int least) const {
  int length = least;
  while (length < longest_ && window <= below_[static_cast<size_t>(length)]) {
    length++;
  }
  return length;
}

void PizCode::Decode(ByteView bits, uint64_t bit_count, uint16_t* out,
                     size_t count) const {
  BitReader reader(bits);
  uint16_t* const begin = out;
  uint16_t* const end = out + count;
  const Entry* const lookup = lookup_.data();
  while (out < end) {
    reader.Fill();
    // Four of the short codes are in one filling.
    bool is_plain = end - out >= 4;
    for (int i = 0; is_plain && i < 4; i++) {
      const Entry entry = lookup[reader.window() >> (64 - kLookupBits)];
      is_plain = entry.length != 0;
      if (!is_plain) break;
      *out++ = entry.number;
      reader.Skip(entry.length);
    }
    if (is_plain) continue;
    reader.Fill();
    const Entry entry = lookup[reader.window() >> (64 - kLookupBits)];
    if (entry.length != 0) {
      *out++ = entry.number;
      reader.Skip(entry.length);
      continue;
    }
    int length = LengthOf(reader.window(), entry.least);
    const auto at = static_cast<size_t>(length);
    const size_t place =
        first_place_[at] +
        static_cast<size_t>((reader.window() - first_code_[at]) >>
                            (64 - length));
    if (place >= sorted_.size()) throw ChunkFailure("has bits that are no code");
    if (length > 32) {
      reader.Skip(32);
      reader.Fill();
      length -= 32;
    }
    reader.Skip(length);
    if (place != repeat_at_) {
      *out++ = sorted_[place];
      continue;
    }
    const auto times = static_cast<std::ptrdiff_t>(reader.Take(8));
    // The zeros behind the end could repeat a number no times for ever.
    if (reader.used() > bit_count) break;
    if (out == begin || times > end - out) {
      throw ChunkFailure("repeats what is not there");
    }
    std::fill_n(out, times, out[-1]);
    out += times;
  }
  if (reader.used() > bit_count) throw ChunkFailure("its packed data breaks off");
}

const unsigned char* PizDecoder::Run(const PartLayout& layout,
                                     const ChunkPlace& place, ByteView packed,
                                     size_t size) {
  if (packed.size == 0 || size / kMaxRatio > packed.size) {
    throw ChunkFailure(std::to_string(packed.size) +
                       " bytes cannot decode to " + std::to_string(size));
  }
  ByteReader reader(packed);
  // A bit for each number that occurs; 0 always does.
  const uint32_t from = reader.Uint16();
  const uint32_t to = reader.Uint16();
  values_.assign(kNumbers, 0);
  size_t value_count = 1;
  if (from <= to) {
    if (to >= kBitmapBytes) throw ChunkFailure("its bitmap is damaged");
    const ByteView bitmap = reader.Bytes(to - from + 1);
    for (size_t i = 0; i < bitmap.size; i++) {
      for (size_t bit = 0; bit < 8; bit++) {
        const size_t number = (from + i) * 8 + bit;
        if ((bitmap.data[i] >> bit & 1) == 0 || number == 0) continue;
        values_[value_count++] = static_cast<uint16_t>(number);
      }
    }
  }
  const ByteView huffman = reader.Bytes(reader.Uint32());
  ByteReader head(huffman);
  const uint32_t first = head.Uint32();
  const uint32_t last = head.Uint32();
  head.Bytes(4);
  const uint64_t bit_count = head.Uint32();
  head.Bytes(4);
  if (first > last || last > kNumbers) throw ChunkFailure("its code is damaged");
  const ByteView table = head.Rest();
  const size_t table_bytes = code_.Read(table, first, last);
  const ByteView bits{table.data + table_bytes, table.size - table_bytes};
  if (bit_count > uint64_t{bits.size} * 8) {
    throw ChunkFailure("its packed data breaks off");
  }
  numbers_.resize(size / 2);
  code_.Decode(bits, bit_count, numbers_.data(), numbers_.size());

  // Channel after channel; the rows of the result hold all channels.
  struct Plane {
    uint16_t* next = nullptr;
    size_t count = 0;
  };
  std::vector<Plane> planes;
  uint16_t* start = numbers_.data();
  for (const ChannelLayout& channel : layout.channels) {
    const size_t step = SampleBytes(channel.type) / 2;
    const int64_t width = channel.SamplesIn(place.x, place.width);
    const int64_t height = channel.RowsIn(place.y, place.height);
    if (channel.is_wanted && value_count <= size_t{1} << 14) {
      UndoWavelet<true>(start, width, height, step);
    } else if (channel.is_wanted) {
      UndoWavelet<false>(start, width, height, step);
    }
    const size_t row = static_cast<size_t>(width) * step;
    planes.push_back({start, row});
    start += row * static_cast<size_t>(height);
  }
  out_.resize(size);
  unsigned char* out = out_.data();
  for (int64_t y = place.y; y < int64_t{place.y} + place.height; y++) {
    for (size_t c = 0; c < planes.size(); c++) {
      Plane& plane = planes[c];
      if (!layout.channels[c].HasRow(y)) continue;
      if (layout.channels[c].is_wanted) {
        for (size_t i = 0; i < plane.count; i++) {
          std::memcpy(out + 2 * i, &values_[plane.next[i]], 2);
        }
      }
      plane.next += plane.count;
      out += 2 * plane.count;
    }
  }
  return out_.data();
}

}  // namespace exr_inspector::pixels
