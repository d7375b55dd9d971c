#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "threads.h"
#include "vector_file.h"

namespace exr_inspector::vectors {

namespace {

// Vectors that are read at a time: their codes stay in the cache of a core.
constexpr std::uint32_t kStep = 512;

// Vectors that are compared in full before it is asked whether more are needed.
constexpr std::size_t kFewestCompared = 128;

// Of vectors that have none: they come first.
constexpr double kNoCosine = std::numeric_limits<double>::infinity();

// Of equal bounds the vector that came first is better, so that the answer does
// not depend on who found it.
bool IsBetter(const Hit& a, const Hit& b) {
  return a.upper != b.upper ? a.upper > b.upper : a.vector < b.vector;
}

// The best hits, and the largest bound of all others.
class BestHits {
 public:
  explicit BestHits(std::size_t most) : most_(most) {}

  void Offer(const Hit& hit) {
    if (hits_.size() < most_) {
      hits_.push_back(hit);
      std::push_heap(hits_.begin(), hits_.end(), IsBetter);
      return;
    }
    if (!IsBetter(hit, hits_.front())) {
      Miss(hit.upper);
      return;
    }
    Miss(hits_.front().upper);
    std::pop_heap(hits_.begin(), hits_.end(), IsBetter);
    hits_.back() = hit;
    std::push_heap(hits_.begin(), hits_.end(), IsBetter);
  }

  void Merge(const BestHits& other) {
    for (const Hit& hit : other.hits_) Offer(hit);
    Miss(other.bound_);
  }

  // The best first.
  std::vector<Hit> Sorted() const {
    auto sorted = hits_;
    std::sort(sorted.begin(), sorted.end(), IsBetter);
    return sorted;
  }
  double Bound() const { return bound_; }

 private:
  void Miss(double upper) { bound_ = std::max(bound_, upper); }

  std::size_t most_;
  std::vector<Hit> hits_;
  double bound_ = -2;
};

struct Step {
  const BlockPlace* block;
  std::uint32_t start;
  std::uint32_t count;
};

// Those that have a vector that is wanted.
std::vector<Step> StepsOf(const std::vector<BlockPlace>& blocks,
                          const Scan& scan) {
  std::vector<Step> steps;
  for (const BlockPlace& block : blocks) {
    const auto [first, count] =
        std::pair(block.Head().first_vector, block.Head().vector_count);
    for (std::uint32_t start = 0; start < count; start += kStep) {
      const std::uint32_t size = std::min(kStep, count - start);
      if (first + start + size > scan.wanted_count) return steps;
      if (std::memchr(scan.wanted + first + start, 1, size) == nullptr) {
        continue;
      }
      steps.push_back({&block, start, size});
    }
  }
  return steps;
}

// What a thread reads into.
struct Buffers {
  std::vector<std::int8_t> codes = std::vector<std::int8_t>(kStep * kCodeBytes);
  std::vector<Bounds> bounds = std::vector<Bounds>(kStep);
  std::vector<std::int32_t> products = std::vector<std::int32_t>(kStep);
};

}  // namespace

Found VectorFile::Find(const Scan& scan) const {
  const DotMany dot = scan.portable ? DotManyPortable : BestDotMany();
  const auto steps = StepsOf(blocks_, scan);
  std::vector<BestHits> best(kMostThreads, BestHits(scan.most));
  std::vector<Buffers> buffers(kMostThreads);
  ForEach(steps.size(), [&](std::size_t thread, std::size_t item) {
    const auto& [block, start, count] = steps[item];
    auto& [codes, bounds, products] = buffers[thread];
    file_.Read(block->Codes() + start * kCodeBytes, codes.data(),
               count * kCodeBytes);
    file_.Read(block->BoundsAt() + start * sizeof(Bounds), bounds.data(),
               count * sizeof(Bounds));
    dot(scan.query.Codes(), codes.data(), count, products.data());
    const std::uint32_t first = block->Head().first_vector + start;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (scan.wanted[first + i] == 0) continue;
      best[thread].Offer(
          {scan.query.Upper(products[i], bounds[i]), first + i});
    }
  });
  for (std::size_t i = 1; i < best.size(); ++i) best[0].Merge(best[i]);
  return Rerank(scan, best[0].Sorted(), best[0].Bound());
}

Found VectorFile::Rerank(const Scan& scan, const std::vector<Hit>& hits,
                         double bound) const {
  std::vector<std::pair<double, std::uint32_t>> ranked;
  std::size_t sure = 0;
  while (ranked.size() < hits.size() && sure < scan.enough) {
    const std::size_t done = ranked.size();
    ranked.resize(std::min(hits.size(), std::max(done * 2, kFewestCompared)));
    ForEach(ranked.size() - done, [&](std::size_t, std::size_t i) {
      const std::uint32_t vector = hits[done + i].vector;
      ranked[done + i] = {CosineWith(scan.query, vector), vector};
    });
    const double next =
        ranked.size() < hits.size() ? hits[ranked.size()].upper : bound;
    sure = static_cast<std::size_t>(
        std::count_if(ranked.begin(), ranked.end(),
                      [next](const auto& one) { return one.first > next; }));
  }
  Found found;
  found.bound = ranked.size() < hits.size() ? hits[ranked.size()].upper : bound;
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  for (const auto& [similarity, vector] : ranked) {
    found.vectors.push_back(vector);
    found.similarities.push_back(similarity);
  }
  return found;
}

double VectorFile::CosineWith(const Query& query, std::uint32_t vector) const {
  const auto block =
      std::upper_bound(blocks_.begin(), blocks_.end(), vector,
                       [](std::uint32_t number, const BlockPlace& place) {
                         return number < place.Head().first_vector +
                                             place.Head().vector_count;
                       });
  const std::uint64_t place = vector - block->Head().first_vector;
  std::array<float, kDimension> numbers;
  VectorKey key;
  file_.Read(block->Numbers() + place * kNumberBytes, numbers.data(),
             kNumberBytes);
  file_.Read(block->Keys() + place * sizeof(key), &key, sizeof(key));
  if (KeyOf(numbers.data()) != key) {
    throw std::runtime_error("a vector was damaged");
  }
  const double cosine = query.Cosine(numbers.data());
  return std::isnan(cosine) ? kNoCosine : cosine;
}

}  // namespace exr_inspector::vectors
