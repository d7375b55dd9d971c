#ifndef EXR_INSPECTOR_INJECTED_FAULT_H_
#define EXR_INSPECTOR_INJECTED_FAULT_H_

#include <csignal>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace exr_inspector {

// For tests of isolation, and compiled into their build of the addon only:
// EXR_INSPECTOR_FAULT is `kind:text`, and a source whose name has the text in
// it crashes, hangs, or asks for more memory than there is.
inline void InjectFault(const std::string& name) {
  const char* setting = std::getenv("EXR_INSPECTOR_FAULT");
  const std::string fault = setting == nullptr ? "" : setting;
  const auto colon = fault.find(':');
  if (colon == std::string::npos ||
      name.find(fault.substr(colon + 1)) == std::string::npos) {
    return;
  }
  const std::string kind = fault.substr(0, colon);
  if (kind == "crash") std::raise(SIGSEGV);
  if (kind == "hang") {
    for (;;) pause();
  }
  if (kind == "memory") std::string(std::size_t{1} << 36, 'x').clear();
}

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_INJECTED_FAULT_H_
