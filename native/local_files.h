#ifndef EXR_INSPECTOR_LOCAL_FILES_H_
#define EXR_INSPECTOR_LOCAL_FILES_H_

#include <napi.h>

namespace exr_inspector {

// openFiles(paths, buffer, eachBytes, facts) opens files and reads their first
// bytes, those of file i to buffer[i * eachBytes, (i + 1) * eachBytes). `facts`
// has four 64-bit integers for each: the descriptor; size; modification time in
// nanoseconds; bytes read. The descriptor is -1 where a step failed or the file
// is not a regular one, and nothing is left open then. Files are closed by the
// two functions below, or with the JavaScript environment.
void OpenFiles(const Napi::CallbackInfo& info);

// closeUnchanged(descriptor) -> whether the file still has the size and time
// that it had when it was opened. Only then it is closed.
Napi::Value CloseUnchanged(const Napi::CallbackInfo& info);

// closeFile(descriptor) closes it whatever it has become.
void CloseFile(const Napi::CallbackInfo& info);

}  // namespace exr_inspector

#endif  // EXR_INSPECTOR_LOCAL_FILES_H_
