#ifndef EXR_INSPECTOR_PIXELS_FRAME_CHECKS_H_
#define EXR_INSPECTOR_PIXELS_FRAME_CHECKS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "part_layout.h"

namespace exr_inspector::pixels {

// What a channel is to the picture.
enum class FrameRole : int { kNone = 0, kColour = 1, kAlpha = 2 };

// Pixels [x, x + width) x [y, y + height).
struct Rectangle {
  int64_t x = 0;
  int64_t y = 0;
  int64_t width = 0;
  int64_t height = 0;
  // Largest power of two that divides its edges, seen from the corner of the
  // data window.
  int64_t bucket = 0;
};

struct Position {
  int64_t x = 0;
  int64_t y = 0;
};

// What only the whole frame shows, of one layer: how much of it is empty,
// buckets that stayed black, pinholes in the alpha, colour where the alpha is
// zero. Channels with a role have one sample a pixel.
class FrameSink final : public RowSink {
 public:
  // Cells of this size are black or not; smaller buckets are not looked for.
  static constexpr int64_t kCell = 16;
  static constexpr size_t kMaxListed = 16;

  FrameSink(const PartLayout& layout, std::vector<FrameRole> roles);

  void BeginChunk(const ChunkPlace& place) override;
  void Row(const RowSegment& segment) override;
  void EndChunk() override { FlushRow(); }
  void LoseChunk(const ChunkPlace& place) override;
  // After the last chunk.
  void Finish();

  // Pixels seen, and those of them where every channel with a role is zero.
  uint64_t pixel_count() const { return pixel_count_; }
  uint64_t empty_count() const { return empty_count_; }
  bool has_colour_pixel() const { return has_colour_pixel_; }
  bool has_alpha() const { return has_alpha_; }
  uint64_t pinhole_count() const { return pinhole_count_; }
  const std::vector<Position>& pinholes() const { return pinholes_; }
  // Pixels with an alpha of zero and a colour that is not, and the window
  // around all of them.
  uint64_t bare_colour_count() const { return bare_colour_count_; }
  const Rectangle& bare_colour_window() const { return bare_colour_window_; }
  // Rectangles of at least 2 x 2 cells that are black and whose neighbours all
  // are not; none that reach from one edge of the frame to the other.
  std::vector<Rectangle> BlackRectangles() const;

 private:
  // Bits, so that neighbours can be judged by one operation.
  enum Coverage : unsigned char { kUnknown = 0, kFull = 1, kHole = 2 };

  // A row of alpha, and all kinds of coverage that are in it.
  struct AlphaRow {
    std::vector<unsigned char> coverage;
    unsigned char kinds = kUnknown;
  };

  void AddAlpha(const RowSegment& segment);
  void FlushRow();
  void FindBareColour();
  void MarkCells(const unsigned char* lit, int64_t x, int64_t width, int64_t y);
  // Looks at the rows above `end_y` whose neighbours are all there.
  void FindPinholes(int64_t end_y);
  void FindPinholes(int64_t y, const AlphaRow& above, const AlphaRow& row,
                    const AlphaRow& below);
  Rectangle ToPixels(int64_t x, int64_t y, int64_t width,
                     int64_t height) const;

  const PartLayout& layout_;
  const std::vector<FrameRole> roles_;
  const int64_t cells_x_;
  const int64_t cells_y_;
  // Per cell whether something in it is not black, or not known.
  std::vector<unsigned char> lit_cells_;
  // Per pixel of the row at hand whether some channel is not zero.
  std::vector<unsigned char> lit_;
  // Whether all of them are, so that the row's other channels tell nothing new.
  bool row_is_lit_ = false;
  // Per pixel of the row at hand whether its alpha is not zero.
  std::vector<unsigned char> alpha_lit_;
  bool row_has_clear_alpha_ = false;
  int64_t row_x_ = 0;
  int64_t row_y_ = 0;
  int64_t row_width_ = 0;
  int64_t band_y_ = 0;
  std::map<int64_t, AlphaRow> alpha_rows_;
  bool has_alpha_ = false;
  bool has_colour_pixel_ = false;
  uint64_t pixel_count_ = 0;
  uint64_t empty_count_ = 0;
  uint64_t pinhole_count_ = 0;
  std::vector<Position> pinholes_;
  uint64_t bare_colour_count_ = 0;
  Rectangle bare_colour_window_;
};

}  // namespace exr_inspector::pixels

#endif  // EXR_INSPECTOR_PIXELS_FRAME_CHECKS_H_
