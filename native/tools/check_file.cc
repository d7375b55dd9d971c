// Asks OpenEXR itself about files: a line of three words each, the path last. The first is what checkOpenEXRFile says with
// both of its readers; the second whether the core reader takes the header in strict form. Every file is read in a process
// of its own, so that a crash is an answer too.

#include <OpenEXR/ImfCheckFile.h>
#include <OpenEXR/openexr.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace {

enum Verdict { kGood = 0, kBad = 1 };

Verdict Check(const char* path) {
  const bool failed = OPENEXR_IMF_NAMESPACE::checkOpenEXRFile(path);
  return failed ? kBad : kGood;
}

void Quiet(exr_const_context_t, exr_result_t, const char*) {}

Verdict CheckStrict(const char* path) {
  exr_context_initializer_t options = EXR_DEFAULT_CONTEXT_INITIALIZER;
  options.flags = EXR_CONTEXT_FLAG_STRICT_HEADER | EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION;
  options.error_handler_fn = Quiet;
  exr_context_t context = nullptr;
  const exr_result_t result = exr_start_read(&context, path, &options);
  exr_finish(&context);
  return result == EXR_ERR_SUCCESS ? kGood : kBad;
}

const char* InItsOwnProcess(Verdict (*check)(const char*), const char* path) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    _exit(check(path));
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return "crash";
  return WEXITSTATUS(status) == kGood ? "good" : "bad";
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::fflush(stdout);
    const char* decoded = InItsOwnProcess(Check, argv[i]);
    std::printf("%s %s %s\n", decoded, InItsOwnProcess(CheckStrict, argv[i]), argv[i]);
  }
}
