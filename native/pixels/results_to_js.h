#ifndef EXR_INSPECTOR_PIXELS_RESULTS_TO_JS_H_
#define EXR_INSPECTOR_PIXELS_RESULTS_TO_JS_H_

#include <napi.h>

#include "channel_stats.h"
#include "compare.h"
#include "content_hash.h"
#include "deep_stats.h"
#include "frame_checks.h"
#include "id_counts.h"
#include "pixel_samples.h"
#include "reduce.h"

namespace exr_inspector::pixels {

// One entry a channel of the layout; null for those that are not wanted.
Napi::Value StatsToJs(Napi::Env env, const PartLayout& layout,
                      const StatsSink& stats);
// Hex text; null where a sample is missing too.
Napi::Value HashesToJs(Napi::Env env, const PartLayout& layout,
                       const HashSink& hashes);
Napi::Value CompareToJs(Napi::Env env, const CompareSink& compare);
Napi::Value DeepToJs(Napi::Env env, const DeepSummary& summary);
Napi::Value FrameToJs(Napi::Env env, const FrameSink& frame);
Napi::Value IdsToJs(Napi::Env env, const IdSink& ids);
// How many and the first of them (Float64Array); null where none was seen.
Napi::Value SamplesToJs(Napi::Env env, const PixelSamplesSink& samples);
// Float32Arrays.
Napi::Value PicturesToJs(Napi::Env env, const PartLayout& layout,
                         ReduceSink& reduce);

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_RESULTS_TO_JS_H_
