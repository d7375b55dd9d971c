// A folder of fixtures and the manifest that says what each one exercises.
#pragma once

#include <ImfHeader.h>

#include <string>
#include <vector>

#include "image_writer.h"

class FixtureSet {
 public:
  explicit FixtureSet(std::string folder) : folder_(std::move(folder)) {}

  // A valid file of these parts; incomplete when the options leave chunks out.
  void Add(const std::string& name, const std::string& what, const std::vector<Imf::Header>& headers,
           const WriteOptions& options = {});
  // Valid bytes made another way. `parts` may be empty when nothing but validity is promised.
  void AddValid(const std::string& name, const std::string& what, const std::string& bytes,
                const std::vector<Imf::Header>& parts = {}, bool complete = true);
  // A file that is wrong; `damage` is a stable word for how, such as `truncated-header`.
  void AddDamaged(const std::string& name, const std::string& what, const std::string& damage,
                  const std::string& bytes);

  // Writes manifest.json beside the files.
  void WriteManifest() const;

 private:
  void Save(const std::string& name, const std::string& what, const std::string& bytes, const std::string& facts);

  std::string folder_;
  std::string entries_;
};

// The groups, each in its own file.
void AddStorageFixtures(FixtureSet& set);
void AddAttributeFixtures(FixtureSet& set);
void AddDamagedFixtures(FixtureSet& set);
void AddHostileFixtures(FixtureSet& set);

// A single-part header of the given size with half RGB channels and ZIP compression.
Imf::Header BasicHeader(int width = 32, int height = 18);
