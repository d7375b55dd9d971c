#ifndef EXR_INSPECTOR_DESCRIPTORS_H_
#define EXR_INSPECTOR_DESCRIPTORS_H_

#include <unistd.h>

#include <unordered_set>

namespace exr_inspector {

// Files that one JavaScript environment has open. They are closed with it: a
// worker may be stopped at any step.
class Descriptors {
 public:
  Descriptors() = default;
  ~Descriptors() {
    for (const int descriptor : open_) ::close(descriptor);
  }

  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  void Add(int descriptor) { open_.insert(descriptor); }
  void Close(int descriptor) {
    if (open_.erase(descriptor) == 1) ::close(descriptor);
  }

 private:
  std::unordered_set<int> open_;
};

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_DESCRIPTORS_H_
