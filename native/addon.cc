#include <napi.h>

#include "image_spec.h"
#include "process_limits.h"
#include "read_specs.h"
#include "write_image.h"

namespace exr_inspector {

// One instance per JavaScript environment: the main thread's and every
// worker's.
class ExrInspectorAddon final : public Napi::Addon<ExrInspectorAddon> {
 public:
  ExrInspectorAddon(Napi::Env env, Napi::Object exports) {
    QuietLibraries();
    DefineAddon(
        exports,
        {
            InstanceValue("versions", Napi::Function::New(env, LibraryVersions,
                                                          "versions")),
            InstanceValue("readSpecs",
                          Napi::Function::New(env, ReadSpecs, "readSpecs")),
            InstanceValue(
                "readSpecsAsync",
                Napi::Function::New(env, ReadSpecsAsync, "readSpecsAsync")),
            InstanceValue("limitMemory",
                          Napi::Function::New(env, LimitMemory, "limitMemory")),
            InstanceValue("writeImage",
                          Napi::Function::New(env, WriteImage, "writeImage")),
        });
  }
};

NODE_API_ADDON(ExrInspectorAddon)

}  // namespace exr_inspector
