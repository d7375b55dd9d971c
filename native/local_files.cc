#include "local_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "addon.h"
#include "read_specs.h"

namespace exr_inspector {
namespace {

constexpr size_t kFactsPerFile = 4;

int64_t Nanoseconds(const struct stat& facts) {
#ifdef __APPLE__
  const timespec& time = facts.st_mtimespec;
#else
  const timespec& time = facts.st_mtim;
#endif
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// Bytes read, fewer only at the end of the file; -1 for an error.
int64_t ReadStart(int descriptor, unsigned char* buffer, size_t length) {
  size_t done = 0;
  while (done < length) {
    const ssize_t count = ::pread(descriptor, buffer + done, length - done,
                                  static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return static_cast<int64_t>(done);
}

Descriptors& DescriptorsOf(Napi::Env env) {
  return env.GetInstanceData<ExrInspectorAddon>()->descriptors();
}

bool OpenFile(const std::string& path, unsigned char* buffer, size_t length,
              int64_t* out) {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  struct stat facts = {};
  const bool is_file =
      ::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
  const int64_t count = is_file ? ReadStart(descriptor, buffer, length) : -1;
  if (count < 0) {
    ::close(descriptor);
    return false;
  }
  out[0] = descriptor;
  out[1] = facts.st_size;
  out[2] = Nanoseconds(facts);
  out[3] = count;
  return true;
}

}  // namespace

void OpenFiles(const Napi::CallbackInfo& info) {
  const auto paths = info[0].As<Napi::Array>();
  auto buffer = info[1].As<Napi::Uint8Array>();
  const auto each = static_cast<size_t>(info[2].As<Napi::Number>().Int64Value());
  auto facts = info[3].As<Napi::BigInt64Array>();
  Descriptors& descriptors = DescriptorsOf(info.Env());
  for (uint32_t index = 0; index < paths.Length(); ++index) {
    const Napi::HandleScope scope(info.Env());
    int64_t* out = facts.Data() + index * kFactsPerFile;
    if (OpenFile(ToPath(paths.Get(index)), buffer.Data() + index * each, each,
                 out)) {
      descriptors.Add(static_cast<int>(out[0]), {out[1], out[2]});
    } else {
      out[0] = -1;
    }
  }
}

Napi::Value CloseUnchanged(const Napi::CallbackInfo& info) {
  const int descriptor = info[0].As<Napi::Number>().Int32Value();
  Descriptors& descriptors = DescriptorsOf(info.Env());
  struct stat facts = {};
  const bool unchanged =
      ::fstat(descriptor, &facts) == 0 &&
      descriptors.IsAsOpened(descriptor, {facts.st_size, Nanoseconds(facts)});
  if (unchanged) descriptors.Close(descriptor);
  return Napi::Boolean::New(info.Env(), unchanged);
}

void CloseFile(const Napi::CallbackInfo& info) {
  DescriptorsOf(info.Env()).Close(info[0].As<Napi::Number>().Int32Value());
}

}  // namespace exr_inspector
