#ifndef EXR_INSPECTOR_VECTORS_THREADS_H_
#define EXR_INSPECTOR_VECTORS_THREADS_H_

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace exr_inspector::vectors {

// Calls work(thread, item) for every item below `count` on up to four threads,
// this one among them; rethrows the first failure when all have ended.
inline constexpr std::size_t kMostThreads = 4;

template <typename Work>
void ForEach(std::size_t count, Work&& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto run = [&](std::size_t thread) {
    try {
      for (std::size_t item; (item = next++) < count;) work(thread, item);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  const std::size_t wanted = std::min<std::size_t>(
      {kMostThreads, count, std::max(1U, std::thread::hardware_concurrency())});
  std::vector<std::thread> threads;
  try {
    for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(run, i);
  } catch (const std::system_error&) {
    // As many as the system gives.
  }
  run(0);
  for (auto& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace exr_inspector::vectors

#endif  // EXR_INSPECTOR_VECTORS_THREADS_H_
