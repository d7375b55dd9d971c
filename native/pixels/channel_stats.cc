#include "channel_stats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace exr_inspector::pixels {

namespace {

constexpr size_t kBins = 65536;
constexpr size_t kMaxPositions = 16;
// Counts of a table are folded into 64 bits before they can wrap around.
constexpr uint64_t kFoldEvery = uint64_t{1} << 31;

// 65,536 counters in 256 KiB, of which only the pages that are used take up
// memory; 64-bit ones appear once the small ones have been folded.
class BinTable {
 public:
  BinTable() : small_(static_cast<uint32_t*>(std::calloc(kBins, 4)), &free) {
    if (!small_) throw std::bad_alloc();
  }

  // Room for `count` more; `count` is at most 2^31.
  uint32_t* Reserve(uint64_t count) {
    if (pending_ + count > kFoldEvery) Fold();
    pending_ += count;
    return small_.get();
  }
  uint64_t at(size_t bin) const {
    return small_.get()[bin] + (large_.empty() ? 0 : large_[bin]);
  }

 private:
  void Fold() {
    large_.resize(kBins);
    for (size_t i = 0; i < kBins; i++) large_[i] += small_.get()[i];
    std::memset(small_.get(), 0, kBins * 4);
    pending_ = 0;
  }

  std::unique_ptr<uint32_t[], decltype(&free)> small_;
  std::vector<uint64_t> large_;
  uint64_t pending_ = 0;
};

// Where samples are that no number is.
class NonFiniteLog {
 public:
  void Add(int64_t x, int64_t y, NonFinite kind) {
    if (first_.empty()) {
      min_x_ = max_x_ = x;
      min_y_ = max_y_ = y;
    }
    min_x_ = std::min(min_x_, x);
    max_x_ = std::max(max_x_, x);
    min_y_ = std::min(min_y_, y);
    max_y_ = std::max(max_y_, y);
    const auto before = [](const NonFinitePixel& a, const NonFinitePixel& b) {
      return a.y != b.y ? a.y < b.y : a.x < b.x;
    };
    const NonFinitePixel pixel{x, y, kind};
    if (first_.size() == kMaxPositions) {
      if (!before(pixel, first_.back())) return;
      first_.pop_back();
    }
    first_.insert(
        std::upper_bound(first_.begin(), first_.end(), pixel, before), pixel);
  }

  void Report(ChannelSummary& summary) const {
    summary.non_finite = first_;
    summary.non_finite_min_x = min_x_;
    summary.non_finite_min_y = min_y_;
    summary.non_finite_max_x = max_x_;
    summary.non_finite_max_y = max_y_;
  }

 private:
  std::vector<NonFinitePixel> first_;
  int64_t min_x_ = 0;
  int64_t min_y_ = 0;
  int64_t max_x_ = 0;
  int64_t max_y_ = 0;
};

// The pixel that sample `index` of a segment belongs to.
int64_t PixelOf(const RowSegment& segment, int64_t index) {
  if (segment.cumulative == nullptr) {
    return segment.x + index * segment.x_step;
  }
  const int32_t* end = segment.cumulative + segment.width;
  return segment.x +
         (std::upper_bound(segment.cumulative, end, index) -
          segment.cumulative);
}

double HalfValue(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  const double size = exponent == 0
                          ? std::ldexp(mantissa, -24)
                          : std::ldexp(1024 + mantissa, exponent - 25);
  return bits & 0x8000 ? -size : size;
}

// The bit pattern of the i-th bin from the smallest value to the largest, with
// -0 next to 0: sign and magnitude in order.
uint16_t RisingPattern(size_t i) {
  return static_cast<uint16_t>(i < 0x8000 ? 0xffff - i : i - 0x8000);
}

// A half has 65,536 values: how often each occurs tells everything, exactly.
class HalfCounter final : public ChannelCounter {
 public:
  void Add(const RowSegment& segment) override {
    const auto* values = reinterpret_cast<const uint16_t*>(segment.samples);
    const auto count = static_cast<size_t>(segment.count);
    if (count == 0) return;
    uint32_t* const bins = table_.Reserve(count);
    // Infinities and NaN carry into the sign when 0x400 is added; four samples
    // at a time, which do not carry into each other.
    constexpr uint64_t kEach = 0x0001000100010001;
    uint64_t carries = 0;
    const auto carry = [](uint64_t samples) {
      return (samples & kEach * 0x7fff) + kEach * 0x400;
    };
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
      uint64_t four = 0;
      std::memcpy(&four, values + i, 8);
      carries |= carry(four);
      const auto first = static_cast<uint16_t>(four);
      // Flat areas would wait for the same counter four times.
      if (four == first * kEach) {
        bins[first] += 4;
        continue;
      }
      bins[first]++;
      bins[static_cast<uint16_t>(four >> 16)]++;
      bins[static_cast<uint16_t>(four >> 32)]++;
      bins[static_cast<uint16_t>(four >> 48)]++;
    }
    for (; i < count; i++) {
      carries |= carry(values[i]);
      bins[values[i]]++;
    }
    if ((carries & kEach * 0x8000) != 0) Log(segment, values);
  }

  ChannelSummary Summarize() const override {
    ChannelSummary summary;
    summary.is_exact = true;
    log_.Report(summary);
    // In units of 2^-24 every half is a whole number, so the sum is exact.
    __extension__ using Wide = __int128;
    Wide sum = 0;
    for (size_t i = 0; i < kBins; i++) {
      const uint16_t bits = RisingPattern(i);
      const uint64_t count = table_.at(bits);
      if (count == 0) continue;
      summary.count += count;
      const int magnitude = bits & 0x7fff;
      if (magnitude > 0x7c00) {
        summary.nan_count += count;
      } else if (magnitude == 0x7c00) {
        (bits & 0x8000 ? summary.neg_inf_count : summary.pos_inf_count) +=
            count;
      } else {
        const double value = HalfValue(bits);
        Count(summary, value, magnitude, count);
        sum += static_cast<Wide>(std::llrint(std::ldexp(value, 24))) *
               static_cast<Wide>(count);
        AddBin(summary, value, count);
      }
    }
    if (summary.finite_count == 0) return summary;
    const auto total = static_cast<long double>(summary.finite_count);
    const long double mean =
        std::ldexp(static_cast<long double>(sum), -24) / total;
    long double squares = 0;
    for (const ValueBin& bin : summary.bins) {
      const long double distance = bin.from - mean;
      squares += distance * distance * static_cast<long double>(bin.count);
    }
    summary.min = summary.bins.front().from;
    summary.max = summary.bins.back().from;
    summary.mean = static_cast<double>(mean);
    summary.stddev = static_cast<double>(std::sqrt(squares / total));
    return summary;
  }

 private:
  static void Count(ChannelSummary& summary, double value, int magnitude,
                    uint64_t count) {
    summary.finite_count += count;
    if (magnitude == 0) summary.zero_count += count;
    if (value < 0) summary.negative_count += count;
    if (magnitude > 0 && magnitude < 0x400) summary.subnormal_count += count;
    if (magnitude == 0x7bff) summary.half_limit_count += count;
  }

  // -0 and 0 are one value.
  static void AddBin(ChannelSummary& summary, double value, uint64_t count) {
    if (value == 0 && !summary.bins.empty() && summary.bins.back().from == 0) {
      summary.bins.back().count += count;
    } else {
      summary.bins.push_back({value + 0.0, value + 0.0, count});
    }
  }

  void Log(const RowSegment& segment, const uint16_t* values) {
    for (int64_t i = 0; i < segment.count; i++) {
      const int magnitude = values[i] & 0x7fff;
      if (magnitude < 0x7c00) continue;
      const NonFinite kind = magnitude > 0x7c00 ? NonFinite::kNan
                             : values[i] & 0x8000
                                 ? NonFinite::kNegInf
                                 : NonFinite::kPosInf;
      log_.Add(PixelOf(segment, i), segment.y, kind);
    }
  }

  BinTable table_;
  NonFiniteLog log_;
};

// A sum whose rounding errors are added up beside it (Neumaier).
class CompensatedSum {
 public:
  void Add(double value) {
    const double total = sum_ + value;
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - total) + value
                                               : (value - total) + sum_;
    sum_ = total;
  }
  double value() const { return sum_ + lost_; }
  long double precise_value() const {
    return static_cast<long double>(sum_) + lost_;
  }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

// Processors with wider registers run their own version of a loop, with the same
// answer: no addition changes its place.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
#define EXR_INSPECTOR_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define EXR_INSPECTOR_WIDE
#endif

constexpr size_t kLanes = 8;
using Lanes = std::array<double, kLanes>;

// How many values of a block are of each kind; all but `bad` of the finite ones.
struct FloatKinds {
  uint32_t bad = 0;
  uint32_t zero = 0;
  uint32_t negative_zero = 0;
  uint32_t negative = 0;
  uint32_t subnormal = 0;
  uint32_t limit = 0;
};

EXR_INSPECTOR_WIDE FloatKinds KindsOf(const uint32_t* bits, size_t count) {
  FloatKinds kinds;
  for (size_t i = 0; i < count; i++) {
    const uint32_t magnitude = bits[i] & 0x7fffffff;
    const uint32_t finite = magnitude < 0x7f800000;
    kinds.bad += finite ^ 1;
    kinds.zero += magnitude == 0;
    kinds.negative_zero += bits[i] == 0x80000000;
    kinds.subnormal += magnitude - 1 < 0x7fffff;
    kinds.limit += magnitude == 0x477fe000;
    kinds.negative += (bits[i] >> 31) & finite & (magnitude != 0);
  }
  return kinds;
}

// Integers rise as the finite floats do that have these bits: unlike floats,
// many of them are compared at a time. Its own inverse.
inline int32_t RisingKey(uint32_t bits) {
  const auto key = static_cast<int32_t>(bits);
  return key ^ ((key >> 31) & 0x7fffffff);
}

float OfKey(int32_t key) {
  const int32_t bits = RisingKey(static_cast<uint32_t>(key));
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Sums in lanes, since a chain of additions waits for each of them.
struct BlockSums {
  Lanes sums{};
  int32_t lowest = 0;
  int32_t highest = 0;
};

// Of finite values, at least one.
EXR_INSPECTOR_WIDE BlockSums SumsOf(const float* values, const uint32_t* bits,
                                    size_t count) {
  Lanes sums{};
  const size_t whole = count / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t k = 0; k < kLanes; k++) sums[k] += double{values[i + k]};
  }
  for (size_t i = whole; i < count; i++) sums[0] += double{values[i]};
  int32_t lowest = RisingKey(bits[0]);
  int32_t highest = lowest;
  for (size_t i = 1; i < count; i++) {
    const int32_t key = RisingKey(bits[i]);
    lowest = std::min(lowest, key);
    highest = std::max(highest, key);
  }
  return {sums, lowest, highest};
}

// Squared distances from the mean.
EXR_INSPECTOR_WIDE Lanes SquaresOf(const float* values, size_t count,
                                   double mean) {
  Lanes squares{};
  const size_t whole = count / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t k = 0; k < kLanes; k++) {
      const double distance = double{values[i + k]} - mean;
      squares[k] += distance * distance;
    }
  }
  for (size_t i = whole; i < count; i++) {
    const double distance = double{values[i]} - mean;
    squares[0] += distance * distance;
  }
  return squares;
}

// Floats are added up in blocks: the mean and the squared distances of a block
// in two looks at it, blocks among each other as Chan, Golub and LeVeque do.
// Bins are the upper 16 bits of a value: 2^-7 of it wide.
class FloatCounter final : public ChannelCounter {
 public:
  void Add(const RowSegment& segment) override {
    const auto* values = reinterpret_cast<const float*>(segment.samples);
    for (int64_t start = 0; start < segment.count; start += kBlock) {
      const auto count = static_cast<size_t>(
          std::min<int64_t>(kBlock, segment.count - start));
      AddBlock(segment, start, values + start, count);
    }
  }

  ChannelSummary Summarize() const override {
    ChannelSummary summary = summary_;
    log_.Report(summary);
    if (summary.finite_count == 0) return summary;
    const auto total = static_cast<double>(summary.finite_count);
    summary.min = min_;
    summary.max = max_;
    summary.mean = sum_.value() / total;
    summary.stddev = std::sqrt(squares_.value() / total);
    for (size_t i = 0; i < kBins; i++) {
      const uint16_t upper = RisingPattern(i);
      AddBin(summary, upper, table_.at(upper));
    }
    return summary;
  }

 private:
  static constexpr int64_t kBlock = 1024;

  void AddBlock(const RowSegment& segment, int64_t start, const float* values,
                size_t count) {
    std::array<uint32_t, kBlock> bits;
    std::memcpy(bits.data(), values, count * sizeof(float));
    summary_.count += count;
    const uint32_t bad = Classify(bits.data(), count);
    if (bad == 0) return AddFinite(values, bits.data(), count);
    std::array<float, kBlock> finite;
    std::array<uint32_t, kBlock> finite_bits;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
      const uint32_t magnitude = bits[i] & 0x7fffffff;
      if (magnitude < 0x7f800000) {
        finite[kept] = values[i];
        finite_bits[kept++] = bits[i];
        continue;
      }
      NonFinite kind = NonFinite::kNan;
      if (magnitude > 0x7f800000) {
        summary_.nan_count++;
      } else if (bits[i] & 0x80000000) {
        kind = NonFinite::kNegInf;
        summary_.neg_inf_count++;
      } else {
        kind = NonFinite::kPosInf;
        summary_.pos_inf_count++;
      }
      log_.Add(PixelOf(segment, start + static_cast<int64_t>(i)), segment.y,
               kind);
    }
    if (kept > 0) AddFinite(finite.data(), finite_bits.data(), kept);
  }

  // Returns how many values are none.
  uint32_t Classify(const uint32_t* bits, size_t count) {
    const FloatKinds kinds = KindsOf(bits, count);
    summary_.finite_count += count - kinds.bad;
    summary_.zero_count += kinds.zero;
    negative_zeros_ += kinds.negative_zero;
    summary_.negative_count += kinds.negative;
    summary_.subnormal_count += kinds.subnormal;
    summary_.half_limit_count += kinds.limit;
    return kinds.bad;
  }

  void AddFinite(const float* values, const uint32_t* bits, size_t count) {
    uint32_t* const bins = table_.Reserve(count);
    for (size_t i = 0; i < count; i++) bins[bits[i] >> 16]++;

    const BlockSums block_sums = SumsOf(values, bits, count);
    const Lanes& sums = block_sums.sums;
    const float low = OfKey(block_sums.lowest);
    const float high = OfKey(block_sums.highest);
    double sum = 0;
    for (const double lane : sums) sum += lane;
    const Lanes squares =
        SquaresOf(values, count, sum / static_cast<double>(count));
    for (const double lane : squares) squares_.Add(lane);

    if (added_ == 0 || low < min_) min_ = low;
    if (added_ == 0 || high > max_) max_ = high;
    if (added_ > 0) {
      // Means that hardly differ lose most of their digits in the difference.
      const double before = added_;
      const auto block = static_cast<double>(count);
      const auto distance =
          static_cast<double>(static_cast<long double>(sum) / block -
                              sum_.precise_value() / before);
      squares_.Add(distance * distance * before * (block / (before + block)));
    }
    for (const double lane : sums) sum_.Add(lane);
    added_ += static_cast<double>(count);
  }

  // Zero shares the upper half of its bits with the smallest values of its sign,
  // but has a bin of its own.
  void AddBin(ChannelSummary& summary, uint16_t upper, uint64_t count) const {
    uint64_t zeros = 0;
    if (upper == 0x8000) zeros = negative_zeros_;
    if (upper == 0) {
      zeros = summary.zero_count - negative_zeros_;
      if (summary.zero_count > 0) {
        summary.bins.push_back({0, 0, summary.zero_count});
      }
    }
    if (count > zeros) summary.bins.push_back(BinOf(upper, count - zeros));
  }

  static ValueBin BinOf(uint16_t upper, uint64_t count) {
    const uint32_t low_bits = uint32_t{upper} << 16;
    const uint32_t high_bits = low_bits | 0xffff;
    float near = 0;
    float far = 0;
    std::memcpy(&near, &low_bits, 4);
    std::memcpy(&far, &high_bits, 4);
    return upper & 0x8000 ? ValueBin{far, near, count}
                          : ValueBin{near, far, count};
  }

  ChannelSummary summary_;
  uint64_t negative_zeros_ = 0;
  BinTable table_;
  NonFiniteLog log_;
  CompensatedSum sum_;
  CompensatedSum squares_;
  double added_ = 0;
  double min_ = 0;
  double max_ = 0;
};

// Whole numbers are added up as such. Bins keep the 12 highest bits of a value:
// single values below 4,096, 2^-11 of the value wide above.
class UintCounter final : public ChannelCounter {
 public:
  void Add(const RowSegment& segment) override {
    const auto* values = reinterpret_cast<const uint32_t*>(segment.samples);
    const auto count = static_cast<size_t>(segment.count);
    if (count == 0) return;
    if (count_ == 0) pivot_ = min_ = max_ = values[0];
    uint32_t* const bins = table_.Reserve(count);
    // Sums of a row fit 64 bits: rows have less than 2^31 samples of 2^32.
    int64_t sum = 0;
    Wide squares = 0;
    for (size_t i = 0; i < count; i++) {
      const uint32_t value = values[i];
      bins[BinNumber(value)]++;
      min_ = std::min(min_, value);
      max_ = std::max(max_, value);
      zero_count_ += value == 0;
      const int64_t distance = int64_t{value} - int64_t{pivot_};
      sum += distance;
      squares += static_cast<Wide>(distance) * distance;
    }
    sum_ += sum;
    squares_ += squares;
    count_ += count;
  }

  ChannelSummary Summarize() const override {
    ChannelSummary summary;
    summary.count = summary.finite_count = count_;
    summary.zero_count = zero_count_;
    if (count_ == 0) return summary;
    summary.min = min_;
    summary.max = max_;
    const auto total = static_cast<long double>(count_);
    summary.mean = static_cast<double>(
        static_cast<long double>(pivot_) +
        static_cast<long double>(sum_) / total);
    // n * squares - sum^2 has no rounding; it stays below 2^127 for up to 2^31
    // samples, and goes through long double beyond.
    const long double variance =
        count_ < kFoldEvery
            ? static_cast<long double>(
                  static_cast<Wide>(count_) * squares_ - sum_ * sum_) /
                  (total * total)
            : static_cast<long double>(squares_) / total -
                  std::pow(static_cast<long double>(sum_) / total, 2);
    summary.stddev = static_cast<double>(std::sqrt(std::max(variance, 0.0L)));
    summary.is_exact = max_ < kSingles;
    for (size_t bin = 0; bin < kBins; bin++) {
      const uint64_t count = table_.at(bin);
      if (count > 0) summary.bins.push_back(BinOf(bin, count));
    }
    return summary;
  }

 private:
  __extension__ using Wide = __int128;
  static constexpr uint32_t kSingles = 4096;

  // Values of k bits beyond the 12th share 2^k to a bin.
  static size_t BinNumber(uint32_t value) {
    if (value < kSingles) return value;
    int shift = 0;
    for (uint32_t rest = value; rest >= kSingles; rest >>= 1) shift++;
    return static_cast<size_t>(shift) * 2048 + (value >> shift);
  }

  static ValueBin BinOf(size_t bin, uint64_t count) {
    if (bin < kSingles) {
      return {static_cast<double>(bin), static_cast<double>(bin), count};
    }
    const size_t shift = bin / 2048 - 1;
    const double from =
        std::ldexp(static_cast<double>(bin - shift * 2048),
                   static_cast<int>(shift));
    return {from, from + std::ldexp(1, static_cast<int>(shift)) - 1, count};
  }

  BinTable table_;
  uint64_t count_ = 0;
  uint64_t zero_count_ = 0;
  uint32_t pivot_ = 0;
  uint32_t min_ = 0;
  uint32_t max_ = 0;
  Wide sum_ = 0;
  Wide squares_ = 0;
};

}  // namespace

std::unique_ptr<ChannelCounter> MakeCounter(PixelType type) {
  switch (type) {
    case PixelType::kHalf:
      return std::make_unique<HalfCounter>();
    case PixelType::kFloat:
      return std::make_unique<FloatCounter>();
    default:
      return std::make_unique<UintCounter>();
  }
}

StatsSink::StatsSink(const PartLayout& layout)
    : layout_(layout), counters_(layout.channels.size()) {
  for (size_t c = 0; c < counters_.size(); c++) {
    const ChannelLayout& channel = layout.channels[c];
    if (!channel.is_wanted) continue;
    counters_[c] = MakeCounter(channel.type);
    if (channel.colour_group < 0) continue;
    const auto group = static_cast<size_t>(channel.colour_group);
    if (groups_.size() <= group) groups_.resize(group + 1);
  }
}

void StatsSink::Row(const RowSegment& segment) {
  counters_[segment.channel]->Add(segment);
  const int group = layout_.channels[segment.channel].colour_group;
  if (group >= 0) Compare(segment, group);
}

void StatsSink::Compare(const RowSegment& segment, int colour_group) {
  ColourGroup& group = groups_[static_cast<size_t>(colour_group)];
  if (!group.is_grey) return;
  const size_t size =
      static_cast<size_t>(segment.count) *
      SampleBytes(layout_.channels[segment.channel].type);
  const bool is_first = group.row.empty() || group.y != segment.y ||
                        group.x != segment.x ||
                        group.channel == segment.channel;
  if (!is_first) {
    group.is_grey = group.row.size() == size &&
                    std::memcmp(group.row.data(), segment.samples, size) == 0;
    return;
  }
  group.y = segment.y;
  group.x = segment.x;
  group.channel = segment.channel;
  group.row.assign(segment.samples, segment.samples + size);
}

}  // namespace exr_inspector::pixels
