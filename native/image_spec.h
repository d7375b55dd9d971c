#ifndef EXR_INSPECTOR_IMAGE_SPEC_H_
#define EXR_INSPECTOR_IMAGE_SPEC_H_

#include <OpenImageIO/imageio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "byte_source.h"

namespace exr_inspector {

// One file to read: a path of the local file system, or bytes that JavaScript
// supplies.
struct SpecSource {
  bool is_file = false;
  // The path, or the name that messages show.
  std::string name;
  int64_t size = 0;
  std::vector<SuppliedBytes> ranges;
  // Keeps `ranges` alive where JavaScript's own memory may change during the
  // read.
  std::vector<std::vector<unsigned char>> copies;
  // When set, the caller has read the header itself: only attributes with other
  // names than these go back to JavaScript, and neither channels nor sizes. One
  // text per part, see AnswerMemory::Names.
  std::optional<std::vector<std::string>> known_names;
  // Offsets, rising, at which readers see another byte; see RangeSource.
  std::vector<int64_t> hidden;
};

// OpenImageIO has two OpenEXR readers: `core` on OpenEXRCore, `classic` on the
// OpenEXR C++ library.
enum class ReaderKind { kCore, kClassic };

struct Refusal {
  ReaderKind reader;
  std::string message;
};

// One OpenEXR part; OpenImageIO calls it a subimage.
struct Part {
  OIIO::ImageSpec spec;
  // Dimensions of the mip levels after the first.
  std::vector<OIIO::ImageSpec> smaller_levels;
};

enum class SpecStatus {
  // `reader` and `parts` are set; `message` holds what the reader complained
  // of.
  kOk,
  // Every reader refused.
  kRefused,
  // `reader` touched the missing bytes `gap`.
  kNeedsBytes,
  // The file could not be read: `error_number`, zero when it is not a regular
  // file.
  kUnreadable,
};

struct SpecResult {
  SpecStatus status = SpecStatus::kRefused;
  ReaderKind reader = ReaderKind::kCore;
  std::vector<Part> parts;
  std::string message;
  // The readers that refused, in the order they were asked; also those before
  // the one that answered.
  std::vector<Refusal> refusals;
  Gap gap;
  int error_number = 0;
};

// For the whole process: OpenImageIO's and OpenEXR's own threads off, as
// callers are threads already, and no debug output, which builds without NDEBUG
// (Debian's) write to stderr.
void QuietLibraries();

// What OpenImageIO makes of every part and level. Never throws; reads at most
// `read_limit` bytes per reader.
SpecResult ReadSpec(const SpecSource& source, int64_t read_limit);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_IMAGE_SPEC_H_
