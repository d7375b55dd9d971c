// Writes whole EXR files of any storage type through OpenEXR, with pixels that depend only on their position.
#pragma once

#include <ImfHeader.h>

#include <functional>
#include <string>
#include <vector>

struct WriteOptions {
  // How far each part is written: 1 is finished, 0.5 leaves about half of its chunks missing.
  double fraction = 1.0;
  // Parts from this one on get no pixels at all.
  int first_empty_part = -1;
  // Moves the pattern, so that frames of a sequence differ in their pixels too.
  int phase = 0;
};

// The bytes of a file holding one part per header; the storage type is each header's `type` attribute,
// without one, a single part is tiled when it has a `tiles` attribute and scan lines else.
std::string WriteImage(const std::vector<Imf::Header>& headers, const WriteOptions& options = {});

// Saves bytes and creates the folders above. Throws when the disk refuses.
void SaveFile(const std::string& path, const std::string& bytes);
