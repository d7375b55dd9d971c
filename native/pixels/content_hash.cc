#include "content_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <map>
#include <new>
#include <utility>

#include "sha256.h"

namespace exr_inspector::pixels {

namespace {

class Xxh3Hasher final : public Hasher {
 public:
  Xxh3Hasher() : state_(XXH3_createState()) {
    if (!state_) throw std::bad_alloc();
    Reset();
  }
  void Update(const void* data, size_t size) override {
    XXH3_128bits_update(state_.get(), data, size);
  }
  void Reset() override { XXH3_128bits_reset(state_.get()); }
  std::string Digest() const override {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
    return {reinterpret_cast<const char*>(canonical.digest),
            sizeof(canonical.digest)};
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  const std::unique_ptr<XXH3_state_t, Free> state_;
};

class Sha256Hasher final : public Hasher {
 public:
  void Update(const void* data, size_t size) override {
    sha_.Update(data, size);
  }
  void Reset() override { sha_ = Sha256(); }
  std::string Digest() const override {
    const auto digest = sha_.Digest();
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }

 private:
  Sha256 sha_;
};

const char* TypeName(PixelType type) {
  if (type == PixelType::kHalf) return "half";
  return type == PixelType::kFloat ? "float" : "uint";
}

// What makes samples another image although their bytes are the same.
std::string Preamble(const PartLayout& layout, const ChannelLayout& channel) {
  std::string text = layout.is_deep ? "deep " : "flat ";
  text += TypeName(channel.type);
  for (const int64_t number :
       {int64_t{layout.level_width}, int64_t{layout.level_height},
        int64_t{channel.x_sampling}, int64_t{channel.y_sampling}}) {
    text += " " + std::to_string(number);
  }
  return text + "\n";
}

}  // namespace

std::unique_ptr<Hasher> MakeHasher(HashAlgorithm algorithm) {
  if (algorithm == HashAlgorithm::kSha256) {
    return std::make_unique<Sha256Hasher>();
  }
  return std::make_unique<Xxh3Hasher>();
}

std::string ToHex(const std::string& bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : bytes) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return hex;
}

Napi::Value HashBytes(const Napi::CallbackInfo& info) {
  const auto hasher = MakeHasher(static_cast<HashAlgorithm>(
      info[0].As<Napi::Number>().Int32Value()));
  const auto bytes = info[1].As<Napi::Uint8Array>();
  hasher->Update(bytes.Data(), bytes.ElementLength());
  return Napi::String::New(info.Env(), ToHex(hasher->Digest()));
}

struct HashSink::Channel {
  std::unique_ptr<Hasher> hash;
  int64_t rows_missing = 0;
  // Rows whose tiles have not all come yet, and the pixel they go on at.
  struct OpenRow {
    std::unique_ptr<Hasher> hash;
    int64_t next_x = 0;
  };
  std::map<int64_t, OpenRow> open;
  std::vector<std::unique_ptr<Hasher>> spare;
};

HashSink::HashSink(const PartLayout& layout, HashAlgorithm algorithm)
    : layout_(layout),
      algorithm_(algorithm),
      one_row_(MakeHasher(algorithm)),
      channels_(layout.channels.size()) {
  for (size_t c = 0; c < channels_.size(); c++) {
    const ChannelLayout& channel = layout.channels[c];
    if (!channel.is_wanted) continue;
    channels_[c] = std::make_unique<Channel>();
    channels_[c]->hash = MakeHasher(algorithm);
    channels_[c]->rows_missing =
        channel.RowsIn(layout.min_y, layout.level_height);
    const std::string preamble = Preamble(layout, channel);
    channels_[c]->hash->Update(preamble.data(), preamble.size());
  }
}

HashSink::~HashSink() = default;

void HashSink::Row(const RowSegment& segment) {
  if (!is_whole_) return;
  Channel& channel = *channels_[segment.channel];
  const bool is_first = segment.width == layout_.level_width ||
                        channel.open.find(segment.y) == channel.open.end();
  const bool is_whole = segment.width == layout_.level_width;
  Hasher* hash = one_row_.get();
  Channel::OpenRow* row = nullptr;
  if (!is_whole) {
    row = &channel.open[segment.y];
    if (is_first) {
      row->next_x = layout_.min_x;
      if (channel.spare.empty()) {
        row->hash = MakeHasher(algorithm_);
      } else {
        row->hash = std::move(channel.spare.back());
        channel.spare.pop_back();
      }
    }
    hash = row->hash.get();
  }
  if (is_first) hash->Reset();
  HashSamples(*hash, segment);
  if (is_whole) return Finish(channel, hash->Digest());

  row->next_x += segment.width;
  if (row->next_x < int64_t{layout_.min_x} + layout_.level_width) return;
  Finish(channel, hash->Digest());
  channel.spare.push_back(std::move(row->hash));
  channel.open.erase(segment.y);
}

void HashSink::HashSamples(Hasher& hash, const RowSegment& segment) const {
  const size_t bytes = SampleBytes(layout_.channels[segment.channel].type);
  if (segment.cumulative == nullptr) {
    hash.Update(segment.samples, static_cast<size_t>(segment.count) * bytes);
    return;
  }
  // Pixel by pixel, so that tiles cut the row without changing its hash.
  int32_t before = 0;
  for (int64_t i = 0; i < segment.width; i++) {
    const int32_t count = segment.cumulative[i] - before;
    hash.Update(&count, sizeof(count));
    if (count > 0) {
      hash.Update(segment.samples + static_cast<size_t>(before) * bytes,
                  static_cast<size_t>(count) * bytes);
    }
    before = segment.cumulative[i];
  }
}

void HashSink::Finish(Channel& channel, const std::string& row) {
  channel.hash->Update(row.data(), row.size());
  channel.rows_missing--;
}

std::string HashSink::ChannelHash(size_t channel) const {
  const auto& found = channels_[channel];
  if (!is_whole_ || !found || found->rows_missing != 0) return "";
  return ToHex(found->hash->Digest());
}

}  // namespace exr_inspector::pixels
