#ifndef EXR_INSPECTOR_HEADER_CHECK_H_
#define EXR_INSPECTOR_HEADER_CHECK_H_

#include <cstdint>
#include <string>

#include "byte_source.h"

namespace exr_inspector {

// Readers believe a header before they have read it. An attribute that claims
// two gigabytes costs two gigabytes of cleared memory and seconds, in a file of
// 200 bytes; a pixel type that does not exist ends the process in builds of
// OpenImageIO with assertions (Debian's). These walk the attributes as the
// OpenEXR file layout document has them, and return why a reader must not be
// asked, or nothing when it may. Bytes that are missing or end too early are
// the reader's to report.

// For the core reader, which checks all but this itself: a value that leaves
// the file or is longer than `value_limit`.
std::string ClaimHazard(ByteSource& bytes, int64_t value_limit);

// For the classic reader: the same, values whose size is not that of their type
// (it goes by the type, and would see other attributes than this walk), and
// channels of unknown types.
std::string HeaderHazard(ByteSource& bytes, int64_t value_limit);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_HEADER_CHECK_H_
