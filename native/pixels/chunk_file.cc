#include "chunk_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace exr_inspector::pixels {

namespace {

// Copying so many bytes takes about as long as another call of the system.
constexpr uint64_t kMaxGap = 16 * 1024;
// Samples begin at a multiple of this.
constexpr size_t kAlignment = 8;

// OpenEXR file layout, "Chunk layout": part number in multi-part files, place,
// size of the data.
size_t LeaderBytes(const PartLayout& layout) {
  return (layout.part_number >= 0 ? 4 : 0) + (layout.is_tiled ? 16 : 4) + 4;
}

}  // namespace

ReadFailure::ReadFailure(int number)
    : std::runtime_error(std::strerror(number)), error_number(number) {}

ByteView ChunkFile::Read(int descriptor, FileSpan span,
                         const ChunkPlace& place) {
  const uint64_t size = span.end - span.start;
  if (size + kAlignment > capacity_) {
    capacity_ = 0;
    buffer_.reset(new unsigned char[size + kAlignment]);
    capacity_ = size + kAlignment;
  }
  unsigned char* const start =
      buffer_.get() + (kAlignment - LeaderBytes(layout_) % kAlignment);
  size_t end = 0;
  for (const FileSpan& piece : Pieces(size, place)) {
    const size_t length = piece.end - piece.start;
    const size_t found = ReadPiece(descriptor, span.start + piece.start,
                                   start + piece.start, length);
    end = piece.start + found;
    if (found < length) return {start, end};
  }
  // What lies behind the last piece was not asked for, but is in the file.
  return {start, size};
}

// Of a chunk of `size` bytes, from its leader on.
std::vector<FileSpan> ChunkFile::Pieces(uint64_t size,
                                        const ChunkPlace& place) const {
  const std::vector<FileSpan> whole{{0, size}};
  if (layout_.compression != Compression::kNone || layout_.is_deep) {
    return whole;
  }
  // Whatever is not as long as the header says is for the decoder to judge.
  const uint64_t samples = FlatBytes(layout_, place);
  if (size != LeaderBytes(layout_) + samples ||
      IsMostlyEmpty(layout_, place, samples)) {
    return whole;
  }
  std::vector<FileSpan> pieces{{0, LeaderBytes(layout_)}};
  uint64_t at = pieces[0].end;
  for (int64_t y = place.y; y < int64_t{place.y} + place.height; y++) {
    for (const ChannelLayout& channel : layout_.channels) {
      if (!channel.HasRow(y)) continue;
      const uint64_t end =
          at + static_cast<uint64_t>(channel.SamplesIn(place.x, place.width)) *
                   SampleBytes(channel.type);
      if (channel.is_wanted) {
        if (at - pieces.back().end > kMaxGap) pieces.push_back({at, end});
        pieces.back().end = end;
      }
      at = end;
    }
  }
  return pieces;
}

size_t ChunkFile::ReadPiece(int descriptor, uint64_t at, unsigned char* into,
                            size_t size) {
  size_t filled = 0;
  while (filled < size) {
    const ssize_t found = pread(descriptor, into + filled, size - filled,
                                static_cast<off_t>(at + filled));
    if (found < 0 && errno == EINTR) continue;
    if (found < 0) throw ReadFailure(errno);
    reads++;
    if (found == 0) break;
    filled += static_cast<size_t>(found);
  }
  bytes += filled;
  return filled;
}

}  // namespace exr_inspector::pixels
