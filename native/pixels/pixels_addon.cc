#include <napi.h>

#include "../process_limits.h"
#include "content_hash.h"
#include "pixel_pass.h"

namespace exr_inspector::pixels {

// One instance per JavaScript environment.
class PixelsAddon final : public Napi::Addon<PixelsAddon> {
 public:
  PixelsAddon(Napi::Env env, Napi::Object exports) {
    DefineAddon(
        exports,
        {
            InstanceValue("limitMemory",
                          Napi::Function::New(env, LimitMemory, "limitMemory")),
            InstanceValue("hashBytes", Napi::Function::New(env, HashBytes)),
            InstanceValue("PixelPass", PixelPass::Define(env)),
        });
  }
};

NODE_API_ADDON(PixelsAddon)

}  // namespace exr_inspector::pixels
