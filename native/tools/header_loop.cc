// header-loop: how fast OpenImageIO alone can open files and read every part's header. The baseline of the headers
// benchmark: no JavaScript, nothing kept. Reads paths from standard input, prints one line of JSON with
// milliseconds of each round, wall time and CPU.

#include <OpenImageIO/imageio.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

// The ImageSpec of every part, and the size of every mip level, as the product asks for them.
std::vector<OIIO::ImageSpec> ReadHeaders(const std::string& path) {
  std::vector<OIIO::ImageSpec> parts;
  auto input = OIIO::ImageInput::create("openexr");
  OIIO::ImageSpec first;
  if (!input || !input->open(path, first)) {
    OIIO::geterror();
    return parts;
  }
  for (int part = 0; input->seek_subimage(part, 0); ++part) {
    parts.push_back(input->spec());
    OIIO::ImageSpec level_size;
    for (int level = 1; input->seek_subimage(part, level); ++level) level_size.copy_dimensions(input->spec());
  }
  input->geterror();
  input->close();
  return parts;
}

// Milliseconds of CPU of this process so far, all its threads and the kernel.
double CpuMilliseconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 1;
  OIIO::attribute("threads", 1);
  OIIO::attribute("exr_threads", -1);
  OIIO::attribute("openexr:core", 1);

  std::vector<std::string> paths;
  for (std::string line; std::getline(std::cin, line);) paths.push_back(line);

  std::cout << "{\"files\":" << paths.size() << ",\"rounds\":[";
  std::ostringstream cpu;
  long parts = 0;
  for (int round = 0; round < rounds; ++round) {
    std::atomic<size_t> next{0};
    std::atomic<long> found{0};
    const double cpu_before = CpuMilliseconds();
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&] {
        for (size_t i = next++; i < paths.size(); i = next++) found += static_cast<long>(ReadHeaders(paths[i]).size());
      });
    }
    for (auto& worker : workers) worker.join();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::cout << (round ? "," : "") << took.count();
    cpu << (round ? "," : "") << CpuMilliseconds() - cpu_before;
    parts = found;
  }
  std::cout << "],\"cpu\":[" << cpu.str() << "],\"parts\":" << parts << "}\n";
}
