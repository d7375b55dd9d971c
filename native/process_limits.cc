#include "process_limits.h"

#include <algorithm>
#include <fstream>

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace exr_inspector {

Napi::Value LimitMemory(const Napi::CallbackInfo& info) {
  bool limited = false;
#ifdef __linux__
  // Size, resident, shared, text, an unused number, data: in pages (proc(5)).
  std::ifstream sizes("/proc/self/statm");
  rlim_t pages = 0;
  for (int i = 0; i < 6; i++) sizes >> pages;
  const auto held = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
  const auto more =
      static_cast<rlim_t>(info[0].As<Napi::Number>().Int64Value());
  rlimit limit{};
  if (pages > 0 && getrlimit(RLIMIT_DATA, &limit) == 0) {
    limit.rlim_cur = std::min(limit.rlim_max, held + more);
    limited = setrlimit(RLIMIT_DATA, &limit) == 0;
  }
#endif
  return Napi::Boolean::New(info.Env(), limited);
}

}  // namespace exr_inspector
