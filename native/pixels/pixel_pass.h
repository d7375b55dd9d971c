#ifndef EXR_INSPECTOR_PIXELS_PIXEL_PASS_H_
#define EXR_INSPECTOR_PIXELS_PIXEL_PASS_H_

#include <napi.h>

#include <memory>
#include <vector>

#include "channel_stats.h"
#include "chunk_decoder.h"
#include "chunk_file.h"
#include "compare.h"
#include "content_hash.h"
#include "deep_stats.h"
#include "frame_checks.h"
#include "id_counts.h"
#include "pixel_samples.h"
#include "recode.h"
#include "reduce.h"

namespace exr_inspector::pixels {

// One look at the samples of a part: JavaScript hands over its chunks, in the
// order of their rows, or says where an open file has them, and asks for the
// results at the end. What the decoder and the sinks hold lasts for the pass, so
// it is an object; src/oiio/pixel-types.ts declares the same shapes.
class PixelPass final : public Napi::ObjectWrap<PixelPass> {
 public:
  static Napi::Function Define(Napi::Env env);
  explicit PixelPass(const Napi::CallbackInfo& info);

  // Decodes on the libuv thread that calls it; failures of chunks are messages,
  // empty for those that could be decoded. The bytes of each are read from the
  // file where there is one. Throws ReadFailure.
  std::vector<std::string> Run(std::vector<PackedChunk>& chunks,
                               const OpenChunks* file);
  // Bytes of the area that was started, a compression each; -1 where it cannot be
  // written so.
  std::vector<double> Recode(const std::vector<Compression>& compressions) const;
  void SetBusy(bool is_busy) { is_busy_ = is_busy; }
  const ChunkFile& file() const { return *file_; }

 private:
  Napi::Value Decode(const Napi::CallbackInfo& info);
  Napi::Value DecodeFile(const Napi::CallbackInfo& info);
  Napi::Value Finish(const Napi::CallbackInfo& info);
  Napi::Value StartBand(const Napi::CallbackInfo& info);
  Napi::Value StartArea(const Napi::CallbackInfo& info);
  Napi::Value RecodeAsync(const Napi::CallbackInfo& info);

  std::unique_ptr<ChunkDecoder> decoder_;
  std::unique_ptr<ChunkFile> file_;
  std::unique_ptr<StatsSink> stats_;
  std::unique_ptr<HashSink> hash_;
  std::unique_ptr<DeepSink> deep_;
  std::unique_ptr<FrameSink> frame_;
  std::unique_ptr<IdSink> ids_;
  std::unique_ptr<ReduceSink> reduce_;
  std::unique_ptr<PixelSamplesSink> samples_;
  std::unique_ptr<BandSink> band_;
  std::unique_ptr<CompareSink> compare_;
  std::unique_ptr<RecodeSink> recode_;
  // The pass whose band is compared with lives as long as this one.
  Napi::ObjectReference other_;
  std::vector<RowSink*> sinks_;
  bool is_busy_ = false;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_PIXEL_PASS_H_
