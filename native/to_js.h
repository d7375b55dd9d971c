#ifndef EXR_INSPECTOR_TO_JS_H_
#define EXR_INSPECTOR_TO_JS_H_

#include <napi.h>

#include <vector>

#include "answer_memory.h"
#include "image_spec.h"

namespace exr_inspector {

// One result per source, in order. src/oiio/types.ts declares the same
// shapes. What is asked with `known_names` may be an object of `memory`.
Napi::Value ToJs(Napi::Env env, const std::vector<SpecSource>& sources,
                 const std::vector<SpecResult>& results,
                 AnswerMemory& memory);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_TO_JS_H_
