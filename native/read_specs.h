#ifndef EXR_INSPECTOR_READ_SPECS_H_
#define EXR_INSPECTOR_READ_SPECS_H_

#include <napi.h>

#include <string>

namespace exr_inspector {

// A path of the local file system: text, or its bytes.
std::string ToPath(const Napi::Value& value);

// readSpecs(sources, readLimit) -> results, one per source, on the calling
// thread. A source is { path } with a string or the path's bytes, or { name,
// sizeBytes, ranges } with ranges of { start, bytes }. src/oiio checks them
// before they come here.
Napi::Value ReadSpecs(const Napi::CallbackInfo& info);

// The same on a libuv thread, as a promise. Copies the bytes first.
Napi::Value ReadSpecsAsync(const Napi::CallbackInfo& info);

// versions() -> { oiio, libraries }: OpenImageIO's version at run time and the
// format libraries it names.
Napi::Value LibraryVersions(const Napi::CallbackInfo& info);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_READ_SPECS_H_
