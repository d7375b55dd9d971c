// Files that were good once: unfinished renders, interrupted copies, flipped bytes.

#include <ImfChannelList.h>
#include <ImfPartType.h>
#include <ImfTileDescription.h>

#include <string>

#include "fixture_set.h"
#include "header_bytes.h"

namespace {

using Imf::Header;

Header Tiled(int width, int height) {
  Header header = BasicHeader(width, height);
  header.setTileDescription(Imf::TileDescription(8, 8, Imf::MIPMAP_LEVELS));
  header.setType(Imf::TILEDIMAGE);
  return header;
}

Header Named(Header header, const std::string& name) {
  header.setName(name);
  if (!header.hasType()) header.setType(Imf::SCANLINEIMAGE);
  return header;
}

Header Lines(int height, Imf::Compression compression) {
  Header header = BasicHeader(32, height);
  header.compression() = compression;
  return header;
}

// What a renderer that was killed leaves: the table is written last, so it is still all zeros.
std::string Killed(std::string file, int chunks) {
  return Patched(std::move(file), HeaderEnd(file), std::string(8 * static_cast<size_t>(chunks), '\0'));
}

void AddUnfinished(FixtureSet& set) {
  WriteOptions half_written;
  half_written.fraction = 0.5;
  set.Add("unfinished-scanlines.exr", "20 of 40 rows written, the others have offset zero",
          {Lines(40, Imf::ZIPS_COMPRESSION)}, half_written);
  set.Add("unfinished-tiles.exr", "about half of each level's tiles written", {Tiled(40, 24)}, half_written);
  WriteOptions nothing;
  nothing.fraction = 0.0;
  set.Add("unfinished-empty.exr", "header and table, no pixels at all", {Lines(40, Imf::ZIP_COMPRESSION)}, nothing);
  WriteOptions first_only;
  first_only.first_empty_part = 1;
  set.Add("unfinished-part.exr", "first part finished, second without pixels",
          {Named(Lines(20, Imf::ZIP_COMPRESSION), "done"), Named(Lines(20, Imf::ZIP_COMPRESSION), "missing")}, first_only);

  const std::string file = WriteImage({Lines(40, Imf::ZIPS_COMPRESSION)});
  set.AddValid("unfinished-killed.exr", "all rows are there but the chunk table is all zeros", Killed(file, 40),
               {Lines(40, Imf::ZIPS_COMPRESSION)}, false);
  const size_t table = HeaderEnd(file);
  set.AddValid("unfinished-one-row.exr", "the offset of row 7 is zero", Patched(file, table + 8 * 7, Uint64(0)),
               {Lines(40, Imf::ZIPS_COMPRESSION)}, false);
}

void AddTruncated(FixtureSet& set) {
  const std::string file = WriteImage({Lines(40, Imf::ZIPS_COMPRESSION)});
  const size_t table = HeaderEnd(file);
  const auto cut = [&](const std::string& name, const std::string& what, const std::string& damage, size_t size) {
    set.AddDamaged(name, what, damage, file.substr(0, size));
  };
  cut("empty.exr", "a file of no bytes", "empty", 0);
  cut("truncated-magic.exr", "ends inside the magic number", "truncated-magic", 3);
  cut("truncated-version.exr", "ends inside the version word", "truncated-version", 6);
  cut("truncated-after-version.exr", "ends where the first attribute should begin", "truncated-header", 8);
  cut("truncated-attribute-name.exr", "ends inside an attribute's name", "truncated-header", 11);
  cut("truncated-attribute-value.exr", "ends inside the channel list", "truncated-header",
      ValueOffset(file, "channels") + 10);
  cut("truncated-header.exr", "ends just before the header's end mark", "truncated-header", table - 1);
  cut("truncated-before-table.exr", "ends where the chunk table should begin", "truncated-table", table);
  cut("truncated-table.exr", "ends inside the chunk table", "truncated-table", table + 100);
  cut("truncated-after-table.exr", "ends where the pixels should begin", "truncated-pixels", table + 40 * 8);
  cut("truncated-pixels.exr", "ends in the middle of the pixels", "truncated-pixels", (table + 40 * 8 + file.size()) / 2);
  cut("truncated-last-byte.exr", "the last byte is missing", "truncated-pixels", file.size() - 1);

  const std::string parts = WriteImage({Named(Lines(20, Imf::ZIP_COMPRESSION), "one"),
                                        Named(Lines(20, Imf::ZIP_COMPRESSION), "two")});
  set.AddDamaged("truncated-second-header.exr", "two parts, ends inside the second header", "truncated-header",
                 parts.substr(0, HeaderEnd(parts) - 40));
  set.AddDamaged("truncated-no-end-of-parts.exr", "two parts, the mark after the last header is missing",
                 "truncated-header", parts.substr(0, HeaderEnd(parts) - 1));
}

void AddBadTables(FixtureSet& set) {
  const std::string file = WriteImage({Lines(40, Imf::ZIPS_COMPRESSION)});
  const size_t table = HeaderEnd(file);
  set.AddDamaged("chunk-offset-outside.exr", "the offset of row 3 lies far behind the end of the file", "bad-table",
                 Patched(file, table + 24, Uint64(1ULL << 40)));
  set.AddDamaged("chunk-offset-in-header.exr", "the offset of row 3 points into the header", "bad-table",
                 Patched(file, table + 24, Uint64(20)));
  set.AddDamaged("chunk-offset-negative.exr", "the offset of row 3 has its highest bit set", "bad-table",
                 Patched(file, table + 24, Uint64(~0ULL)));
  set.AddDamaged("chunk-offset-duplicate.exr", "rows 3 and 4 share one chunk", "bad-table",
                 Patched(file, table + 32, Uint64(ReadUint64(file, table + 24))));
  const auto last_chunk = static_cast<size_t>(ReadUint64(file, table + 39 * 8));
  set.AddDamaged("chunk-size-outside.exr", "the last chunk claims more bytes than the file holds", "bad-chunk",
                 Patched(file, last_chunk + 4, Int32(1 << 20)));
  set.AddDamaged("chunk-size-negative.exr", "the last chunk claims a negative size", "bad-chunk",
                 Patched(file, last_chunk + 4, Int32(-5)));
  set.AddValid("trailing-bytes.exr", "a finished file with 100 stray bytes behind it", file + std::string(100, 'x'),
               {Lines(40, Imf::ZIPS_COMPRESSION)});

  const std::string parts = WriteImage({Named(Lines(20, Imf::ZIP_COMPRESSION), "one"),
                                        Named(Lines(20, Imf::ZIP_COMPRESSION), "two")});
  set.AddDamaged("chunk-count-wrong.exr", "a part's chunkCount says 3 where its window needs 2", "bad-table",
                 Patched(parts, ValueOffset(parts, "chunkCount"), Int32(3)));
  set.AddDamaged("chunk-count-huge.exr", "a part's chunkCount claims 2^31 - 1 chunks", "bad-table",
                 Patched(parts, ValueOffset(parts, "chunkCount"), Int32(0x7fffffff)));
}

}  // namespace

void AddDamagedFixtures(FixtureSet& set) {
  AddUnfinished(set);
  AddTruncated(set);
  AddBadTables(set);
}
