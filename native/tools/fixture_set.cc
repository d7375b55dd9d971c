#include "fixture_set.h"

#include <ImfChannelList.h>

#include "header_facts.h"

void FixtureSet::Add(const std::string& name, const std::string& what, const std::vector<Imf::Header>& headers,
                     const WriteOptions& options) {
  const bool complete = options.fraction >= 1.0 && options.first_empty_part < 0;
  AddValid(name, what, WriteImage(headers, options), headers, complete);
}

void FixtureSet::AddValid(const std::string& name, const std::string& what, const std::string& bytes,
                          const std::vector<Imf::Header>& parts, bool complete) {
  std::string facts = std::string("\"valid\":true,\"complete\":") + (complete ? "true" : "false");
  if (!parts.empty()) facts += ",\"parts\":" + PartsJson(parts);
  Save(name, what, bytes, facts);
}

void FixtureSet::AddDamaged(const std::string& name, const std::string& what, const std::string& damage,
                            const std::string& bytes) {
  Save(name, what, bytes, "\"valid\":false,\"complete\":false,\"damage\":" + Quoted(damage));
}

void FixtureSet::WriteManifest() const { SaveFile(folder_ + "/manifest.json", "[\n" + entries_ + "\n]\n"); }

void FixtureSet::Save(const std::string& name, const std::string& what, const std::string& bytes,
                      const std::string& facts) {
  SaveFile(folder_ + "/" + name, bytes);
  if (!entries_.empty()) entries_ += ",\n";
  entries_ += "{\"file\":" + Quoted(name) + ",\"what\":" + Quoted(what) + ",\"bytes\":" + std::to_string(bytes.size()) +
              "," + facts + "}";
}

Imf::Header BasicHeader(int width, int height) {
  Imf::Header header(width, height);
  header.compression() = Imf::ZIP_COMPRESSION;
  for (const char* name : {"R", "G", "B"}) header.channels().insert(name, Imf::Channel(Imf::HALF));
  return header;
}
