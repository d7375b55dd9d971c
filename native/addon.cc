#include "addon.h"

#include "image_spec.h"
#include "local_files.h"
#include "process_limits.h"
#include "read_specs.h"
#include "write_image.h"

namespace exr_inspector {

ExrInspectorAddon::ExrInspectorAddon(Napi::Env env, Napi::Object exports) {
  QuietLibraries();
  const auto method = [env](const char* name, auto function) {
    return InstanceValue(name, Napi::Function::New(env, function, name));
  };
  DefineAddon(exports, {
                           method("versions", LibraryVersions),
                           method("readSpecs", ReadSpecs),
                           method("readSpecsAsync", ReadSpecsAsync),
                           method("openFiles", OpenFiles),
                           method("closeUnchanged", CloseUnchanged),
                           method("closeFile", CloseFile),
                           method("limitMemory", LimitMemory),
                           method("writeImage", WriteImage),
                       });
}

NODE_API_ADDON(ExrInspectorAddon)

}  // namespace exr_inspector
