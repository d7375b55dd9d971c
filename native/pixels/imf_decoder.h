#ifndef EXR_INSPECTOR_PIXELS_IMF_DECODER_H_
#define EXR_INSPECTOR_PIXELS_IMF_DECODER_H_

#include <memory>
#include <vector>

#include "decompress.h"
#include "part_layout.h"

namespace exr_inspector::pixels {

// The codecs of OpenEXR's C++ library: PIZ, B44, DWA. The library reads a file
// that is not there: a header made from the layout, a chunk table, and the one
// chunk that is being decoded. So it never sees the rest of the real file,
// whatever is wrong with it, and needs none of its bytes.
class ImfDecoder {
 public:
  explicit ImfDecoder(const PartLayout& layout);
  ~ImfDecoder();

  // Decodes chunk number `index` of the part's table; `packed` is its data
  // without the leader. Throws ChunkFailure.
  void Decode(const ChunkPlace& place, uint64_t index, ByteView packed);

  // The decoded row of a wanted channel; valid until the next Decode.
  const unsigned char* Row(size_t channel, int64_t y) const;

 private:
  class VirtualFile;
  class Reader;

  const PartLayout& layout_;
  ChunkPlace place_;
  std::unique_ptr<VirtualFile> file_;
  std::unique_ptr<Reader> reader_;
  // Samples of each wanted channel in the chunk, row by row.
  std::vector<std::vector<unsigned char>> planes_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_IMF_DECODER_H_
