#ifndef EXR_INSPECTOR_PROCESS_LIMITS_H_
#define EXR_INSPECTOR_PROCESS_LIMITS_H_

#include <napi.h>

namespace exr_inspector {

// limitMemory(bytes) -> whether the system knows such a limit: from now on this
// process may map `bytes` of memory to write to beyond what it has. Addresses
// that are merely reserved do not count: engines of WebAssembly take gigabytes.
Napi::Value LimitMemory(const Napi::CallbackInfo& info);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_PROCESS_LIMITS_H_
