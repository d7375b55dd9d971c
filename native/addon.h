#ifndef EXR_INSPECTOR_ADDON_H_
#define EXR_INSPECTOR_ADDON_H_

#include <napi.h>

#include "answer_memory.h"
#include "descriptors.h"

namespace exr_inspector {

// One instance per JavaScript environment: the main thread's and every
// worker's.
class ExrInspectorAddon final : public Napi::Addon<ExrInspectorAddon> {
 public:
  ExrInspectorAddon(Napi::Env env, Napi::Object exports);

  AnswerMemory& answers() { return answers_; }
  Descriptors& descriptors() { return descriptors_; }

 private:
  AnswerMemory answers_;
  Descriptors descriptors_;
};

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_ADDON_H_
