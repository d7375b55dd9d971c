// exr-fixtures: writes the EXR files this project's tests and benchmarks read. The same arguments give the same bytes.

#include <exception>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "farm.h"
#include "fixture_set.h"

namespace {

const char kUsage[] =
    "exr-fixtures farm --out DIR [--families N] [--frames N] [--size WxH] [--seed S] [--damaged N]\n"
    "exr-fixtures fixtures --out DIR\n";

// `--name value` pairs behind the subcommand.
std::map<std::string, std::string> ReadOptions(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 2; i < argc; i += 2) {
    const std::string name = argv[i];
    if (name.rfind("--", 0) != 0 || i + 1 == argc) throw std::runtime_error(std::string("expected --name value\n") + kUsage);
    options[name.substr(2)] = argv[i + 1];
  }
  if (options["out"].empty()) throw std::runtime_error(std::string("--out is missing\n") + kUsage);
  return options;
}

FarmOptions ToFarmOptions(std::map<std::string, std::string> options) {
  FarmOptions farm;
  for (const auto& [name, value] : options) {
    if (name == "out") {
      farm.folder = value;
    } else if (name == "families") {
      farm.families = std::stoi(value);
    } else if (name == "frames") {
      farm.frames = std::stoi(value);
    } else if (name == "damaged") {
      farm.damaged = std::stoi(value);
    } else if (name == "seed") {
      farm.seed = std::stoull(value);
    } else if (name == "size") {
      farm.width = std::stoi(value);
      farm.height = std::stoi(value.substr(value.find('x') + 1));
    } else {
      throw std::runtime_error("unknown option --" + name + "\n" + kUsage);
    }
  }
  return farm;
}

void WriteFixtures(const std::string& folder) {
  FixtureSet set(folder);
  AddStorageFixtures(set);
  AddAttributeFixtures(set);
  AddDamagedFixtures(set);
  AddHostileFixtures(set);
  set.WriteManifest();
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "farm") {
    WriteFarm(ToFarmOptions(ReadOptions(argc, argv)));
  } else if (command == "fixtures") {
    WriteFixtures(ReadOptions(argc, argv)["out"]);
  } else {
    throw std::runtime_error(kUsage);
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "exr-fixtures: " << error.what() << "\n";
  return 2;
}
