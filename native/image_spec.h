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
  kOk,          // `reader` and `parts` are set; `message` holds what the reader
                // complained of
  kRefused,     // `refusals` says why, one entry per reader that was tried
  kNeedsBytes,  // `reader` touched the missing bytes `gap`
  kUnreadable,  // the file could not be read: `error_number`, zero when it is
                // not a regular file
};

struct SpecResult {
  SpecStatus status = SpecStatus::kRefused;
  ReaderKind reader = ReaderKind::kCore;
  std::vector<Part> parts;
  std::string message;
  std::vector<Refusal> refusals;
  Gap gap;
  int error_number = 0;
};

// Switches OpenImageIO's and OpenEXR's own threads off, for the whole process:
// callers are threads already.
void DisableLibraryThreads();

// What OpenImageIO makes of every part and level. Never throws; reads at most
// `read_limit` bytes per reader.
SpecResult ReadSpec(const SpecSource& source, int64_t read_limit);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_IMAGE_SPEC_H_
