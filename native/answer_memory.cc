#include "answer_memory.h"

#include <utility>

namespace exr_inspector {
namespace {

// Of lists and keys; an answer is a small multiple of its key.
constexpr size_t kMostBytes = 1 << 20;

KnownNames Split(std::string_view list) {
  KnownNames names;
  Knowledge knowledge = Knowledge::kKnown;
  while (true) {
    const size_t end = list.find('\0');
    const std::string_view name = list.substr(0, end);
    if (name.empty()) {
      knowledge = Knowledge::kRenamed;
    } else {
      names.emplace(name, knowledge);
    }
    if (end == std::string_view::npos) return names;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

const KnownNames& AnswerMemory::Names(const std::string& list) {
  const auto known = names_.find(list);
  if (known != names_.end()) return known->second;
  if (names_bytes_ + list.size() > kMostBytes) {
    names_.clear();
    names_bytes_ = 0;
  }
  names_bytes_ += list.size();
  const auto entry = names_.emplace(list, KnownNames()).first;
  entry->second = Split(entry->first);
  return entry->second;
}

Napi::Value AnswerMemory::Find(const std::string& key) const {
  const auto known = answers_.find(key);
  return known == answers_.end() ? Napi::Value() : known->second.Value();
}

void AnswerMemory::Keep(const std::string& key, Napi::Object answer) {
  if (key.size() > kMostBytes / 16) return;
  if (answers_bytes_ + key.size() > kMostBytes) {
    answers_.clear();
    answers_bytes_ = 0;
  }
  answers_bytes_ += key.size();
  answers_.emplace(key, Napi::Persistent(answer));
}

}  // namespace exr_inspector
