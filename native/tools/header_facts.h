// The facts of a header as JSON, in the words of the format.
#pragma once

#include <ImfHeader.h>

#include <string>
#include <vector>

// Text as a JSON string; bytes from 0x80 on are written as they are.
std::string Quoted(const std::string& text);
// `[{"name":…,"type":…,"compression":…}, …]`, one object per part.
std::string PartsJson(const std::vector<Imf::Header>& headers);
