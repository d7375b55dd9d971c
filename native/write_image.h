#ifndef EXR_INSPECTOR_WRITE_IMAGE_H_
#define EXR_INSPECTOR_WRITE_IMAGE_H_

#include <napi.h>

namespace exr_inspector {

// writeImage(path, width, height, channels, bytes): promise of nothing. Writes
// 8-bit samples in the format that the path's extension names.
Napi::Value WriteImage(const Napi::CallbackInfo& info);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_WRITE_IMAGE_H_
