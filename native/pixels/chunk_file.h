#ifndef EXR_INSPECTOR_PIXELS_CHUNK_FILE_H_
#define EXR_INSPECTOR_PIXELS_CHUNK_FILE_H_

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "decompress.h"
#include "part_layout.h"

namespace exr_inspector::pixels {

// Bytes [start, end) of a file.
struct FileSpan {
  uint64_t start = 0;
  uint64_t end = 0;
};

// Where the chunks of a batch lie, a span each.
struct OpenChunks {
  int descriptor = -1;
  std::vector<FileSpan> spans;
};

// The system refused to read.
class ReadFailure : public std::runtime_error {
 public:
  explicit ReadFailure(int error_number);
  const int error_number;
};

// Reads chunks of an open file one at a time into memory that it keeps: what is
// decoded next is still in the processor's caches. Of chunks that are not
// compressed it reads the leader and the channels that are wanted.
class ChunkFile {
 public:
  explicit ChunkFile(const PartLayout& layout) : layout_(layout) {}

  // Valid until the next call, shorter where the file ends; bytes of channels
  // that are not wanted may be anything. Throws ReadFailure and std::bad_alloc.
  ByteView Read(int descriptor, FileSpan span, const ChunkPlace& place);

  uint64_t reads = 0;
  uint64_t bytes = 0;

 private:
  std::vector<FileSpan> Pieces(uint64_t size, const ChunkPlace& place) const;
  size_t ReadPiece(int descriptor, uint64_t at, unsigned char* into,
                   size_t size);

  const PartLayout& layout_;
  std::unique_ptr<unsigned char[]> buffer_;
  size_t capacity_ = 0;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_CHUNK_FILE_H_
