#include "image_spec.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <utility>

#include "header_check.h"

namespace exr_inspector {
namespace {

// OpenImageIO chooses its OpenEXR reader inside create(), from an attribute of
// the whole process. Setting and reading that attribute are one step under one
// lock; the slow part, open(), is outside.
std::unique_ptr<OIIO::ImageInput> CreateReader(ReaderKind kind) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  const bool selectable =
      OIIO::attribute("openexr:core", kind == ReaderKind::kCore ? 1 : 0);
  if (!selectable && kind == ReaderKind::kCore) return nullptr;
  return OIIO::ImageInput::create("openexr");
}

// Messages nobody fetched are printed by OpenImageIO: those of the reader when
// it is destroyed, those of the thread when it ends.
std::string TakeMessage(OIIO::ImageInput* input) {
  std::string message;
  if (input != nullptr && input->has_error()) message = input->geterror();
  if (OIIO::has_error()) {
    const std::string more = OIIO::geterror();
    if (message.empty()) message = more;
  }
  while (!message.empty() && (message.back() == '\n' || message.back() == ' '))
    message.pop_back();
  return message;
}

// `first` is the spec of the first part, as open() gives it.
std::vector<Part> ReadParts(OIIO::ImageInput& input, OIIO::ImageSpec first) {
  std::vector<Part> parts;
  for (int index = 0; index == 0 || input.seek_subimage(index, 0); ++index) {
    Part& part = parts.emplace_back();
    part.spec = index == 0 ? std::move(first) : input.spec();
    for (int level = 1; input.seek_subimage(index, level); ++level) {
      OIIO::ImageSpec& dimensions = part.smaller_levels.emplace_back();
      dimensions.copy_dimensions(input.spec());
    }
  }
  return parts;
}

// Fills `result` and returns true when this reader settles the matter.
bool TryReader(ReaderKind kind, ByteSource& bytes, SpecResult& result) {
  result.reader = kind;
  const std::unique_ptr<OIIO::ImageInput> input = CreateReader(kind);
  if (input == nullptr) {
    const std::string reason = TakeMessage(nullptr);
    result.refusals.push_back(
        {kind, reason.empty() ? "This OpenImageIO has no such OpenEXR reader."
                              : reason});
    return false;
  }

  bytes.Rewind();
  bytes.AnswerTellWithSize(kind == ReaderKind::kCore);
  std::string thrown;
  bool opened = false;
  try {
    OIIO::ImageSpec first;
    opened = input->set_ioproxy(&bytes) && input->open(bytes.filename(), first);
    if (opened) result.parts = ReadParts(*input, std::move(first));
  } catch (const std::exception& failure) {
    opened = false;
    thrown = failure.what();
  }
  std::string message = TakeMessage(input.get());
  if (opened) {
    result.status = SpecStatus::kOk;
    result.message = std::move(message);
    return true;
  }
  result.parts.clear();
  if (bytes.error_number() != 0) {
    result.status = SpecStatus::kUnreadable;
    result.error_number = bytes.error_number();
    return true;
  }
  if (bytes.gap() && !bytes.limit_reached()) {
    result.status = SpecStatus::kNeedsBytes;
    result.gap = *bytes.gap();
    return true;
  }
  if (bytes.limit_reached()) {
    message = "The reader asked for more bytes than the limit allows.";
  } else if (message.empty()) {
    message = thrown.empty() ? "The reader gave no reason." : thrown;
  }
  result.refusals.push_back({kind, std::move(message)});
  return false;
}

void NotAsked(ReaderKind kind, const std::string& hazard, SpecResult& result) {
  result.refusals.push_back({kind, "not asked, since " + hazard + "."});
}

void ReadFrom(ByteSource& bytes, int64_t read_limit, SpecResult& result) {
  // In a smaller file the core reader itself refuses what the file cannot hold.
  const std::string claim = static_cast<int64_t>(bytes.size()) > read_limit
                                ? ClaimHazard(bytes, read_limit)
                                : "";
  if (!claim.empty()) {
    NotAsked(ReaderKind::kCore, claim, result);
    NotAsked(ReaderKind::kClassic, claim, result);
    return;
  }
  if (TryReader(ReaderKind::kCore, bytes, result)) return;
  const std::string hazard = HeaderHazard(bytes, read_limit);
  if (!hazard.empty()) {
    NotAsked(ReaderKind::kClassic, hazard, result);
    return;
  }
  TryReader(ReaderKind::kClassic, bytes, result);
}

void ReadFile(const SpecSource& source, int64_t read_limit,
              SpecResult& result) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const int descriptor =
      ::open(source.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    result.status = SpecStatus::kUnreadable;
    result.error_number = errno;
    return;
  }
  struct stat facts = {};
  const int failed = ::fstat(descriptor, &facts);
  const int64_t size = failed == 0 ? static_cast<int64_t>(facts.st_size) : 0;
  FileSource bytes(source.name, descriptor, size, read_limit);
  if (failed != 0 || !S_ISREG(facts.st_mode)) {
    result.status = SpecStatus::kUnreadable;
    result.error_number = failed != 0 ? errno : 0;
    return;
  }
  ReadFrom(bytes, read_limit, result);
}

}  // namespace

void QuietLibraries() {
  OIIO::attribute("debug", 0);
  OIIO::attribute("threads", 1);
  // Zero would mean one thread per core; minus one means none.
  OIIO::attribute("exr_threads", -1);
}

SpecResult ReadSpec(const SpecSource& source, int64_t read_limit) {
  SpecResult result;
  try {
    if (source.is_file) {
      ReadFile(source, read_limit, result);
    } else {
      RangeSource bytes(source.name, source.size, source.ranges, source.hidden,
                        read_limit);
      ReadFrom(bytes, read_limit, result);
    }
  } catch (const std::exception& failure) {
    result.status = SpecStatus::kRefused;
    result.refusals.push_back({result.reader, failure.what()});
  }
  return result;
}

}  // namespace exr_inspector
