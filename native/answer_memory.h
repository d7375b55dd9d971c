#ifndef EXR_INSPECTOR_ANSWER_MEMORY_H_
#define EXR_INSPECTOR_ANSWER_MEMORY_H_

#include <napi.h>

#include <string>
#include <string_view>
#include <unordered_map>

namespace exr_inspector {

// What the caller knows of the attributes of one part.
enum class Knowledge {
  kKnown,
  // It is there under another name: that OpenImageIO renames it is all that is
  // asked.
  kRenamed,
};

using KnownNames = std::unordered_map<std::string_view, Knowledge>;

// What one JavaScript environment was told before. OpenImageIO adds the same to
// most files of a farm: the object made for one is given again for the others,
// so nobody may change it. Both tables are emptied when they are full.
class AnswerMemory {
 public:
  // The names in a list: joined by NUL, renamed ones after an empty one. Valid
  // until the next call.
  const KnownNames& Names(const std::string& list);

  // Empty when there is none.
  Napi::Value Find(const std::string& key) const;
  void Keep(const std::string& key, Napi::Object answer);

 private:
  // Nodes of a map stay where they are, so that names may point into its keys.
  std::unordered_map<std::string, KnownNames> names_;
  std::unordered_map<std::string, Napi::ObjectReference> answers_;
  size_t names_bytes_ = 0;
  size_t answers_bytes_ = 0;
};

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_ANSWER_MEMORY_H_
