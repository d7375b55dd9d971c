#ifndef EXR_INSPECTOR_DESCRIPTORS_H_
#define EXR_INSPECTOR_DESCRIPTORS_H_

#include <unistd.h>

#include <cstdint>
#include <unordered_map>

namespace exr_inspector {

// Of a file when it was opened: bytes, and nanoseconds since the Unix epoch.
struct FileState {
  int64_t size = 0;
  int64_t modified = 0;

  bool operator==(const FileState& other) const {
    return size == other.size && modified == other.modified;
  }
};

// Files that one JavaScript environment has open. They are closed with it: a
// worker may be stopped at any step.
class Descriptors {
 public:
  Descriptors() = default;
  ~Descriptors() {
    for (const auto& entry : open_) ::close(entry.first);
  }

  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  void Add(int descriptor, const FileState& state) {
    open_.emplace(descriptor, state);
  }
  // False for a file that is not open.
  bool IsAsOpened(int descriptor, const FileState& state) const {
    const auto entry = open_.find(descriptor);
    return entry != open_.end() && entry->second == state;
  }
  void Close(int descriptor) {
    if (open_.erase(descriptor) == 1) ::close(descriptor);
  }

 private:
  std::unordered_map<int, FileState> open_;
};

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_DESCRIPTORS_H_
