#ifndef EXR_INSPECTOR_PIXELS_FROM_JS_H_
#define EXR_INSPECTOR_PIXELS_FROM_JS_H_

#include <napi.h>

#include <vector>

#include "chunk_decoder.h"
#include "chunk_file.h"
#include "id_counts.h"
#include "part_layout.h"

namespace exr_inspector::pixels {

inline int32_t ToInt32(const Napi::Value& value) {
  return value.As<Napi::Number>().Int32Value();
}

// src/oiio/pixel-types.ts has checked what crosses here.
PartLayout ToLayout(const Napi::Object& object);

// Three numbers a channel: role, layer, pair; -1 for no pair.
std::vector<IdChannel> ToIdChannels(const Napi::Int32Array& numbers);

// `bytes` is a list of Uint8Arrays, one a chunk, which stay JavaScript's;
// `places` has eight numbers a chunk (Int32Array), `indexes` one (Float64Array).
std::vector<PackedChunk> ToChunks(const Napi::Value& bytes,
                                  const Napi::Value& places,
                                  const Napi::Value& indexes);
// `count` chunks without bytes.
std::vector<PackedChunk> ToPlaces(size_t count, const Napi::Value& places,
                                  const Napi::Value& indexes);
// Start and end of each span (Float64Array).
std::vector<FileSpan> ToSpans(const Napi::Value& value);

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_FROM_JS_H_
