#ifndef EXR_INSPECTOR_PIXELS_CONTENT_HASH_H_
#define EXR_INSPECTOR_PIXELS_CONTENT_HASH_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

enum class HashAlgorithm : int { kXxh3 = 0, kSha256 = 1 };

// A hash over bytes that come in pieces.
class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual void Update(const void* data, size_t size) = 0;
  virtual void Reset() = 0;
  // The canonical, big-endian bytes.
  virtual std::string Digest() const = 0;
};

std::unique_ptr<Hasher> MakeHasher(HashAlgorithm algorithm);
std::string ToHex(const std::string& bytes);

// hashBytes(algorithm, bytes): the hash in hex, on the calling thread.
Napi::Value HashBytes(const Napi::CallbackInfo& info);

// Hashes of the samples of every wanted channel, the same however a file stores
// them. A row's hash is that of its samples from left to right, little-endian
// (in deep parts: of each pixel the number of its samples, 32 bits, and those); a channel's hash is that of a text which says the type, size and
// sampling, and of its rows' hashes from the top. Rows of tiles stay open until
// the last tile of the row has come.
class HashSink final : public RowSink {
 public:
  HashSink(const PartLayout& layout, HashAlgorithm algorithm);
  ~HashSink() override;

  void Row(const RowSegment& segment) override;
  void LoseChunk(const ChunkPlace&) override { is_whole_ = false; }

  // Hex; empty when the channel is not wanted or a sample of it is missing.
  std::string ChannelHash(size_t channel) const;

 private:
  struct Channel;

  void HashSamples(Hasher& hash, const RowSegment& segment) const;
  void Finish(Channel& channel, const std::string& row);

  const PartLayout& layout_;
  const HashAlgorithm algorithm_;
  const std::unique_ptr<Hasher> one_row_;
  std::vector<std::unique_ptr<Channel>> channels_;
  bool is_whole_ = true;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_CONTENT_HASH_H_
