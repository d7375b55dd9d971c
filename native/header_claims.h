#ifndef EXR_INSPECTOR_HEADER_CLAIMS_H_
#define EXR_INSPECTOR_HEADER_CLAIMS_H_

#include <cstdint>
#include <string>

#include "byte_source.h"

namespace exr_inspector {

// The OpenEXR C++ library allocates and clears what an attribute claims as its
// size before it reads a byte: seconds and gigabytes for a file of 200 bytes.
// This walks names, types and sizes (OpenEXR file layout, "Header") and returns
// why the claims cannot hold: a value that leaves the file, or is longer than
// `value_limit`. Empty when they can, or when the walk meets something else it
// cannot follow, which is the reader's to judge.
std::string ImpossibleClaim(ByteSource& bytes, int64_t value_limit);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_HEADER_CLAIMS_H_
