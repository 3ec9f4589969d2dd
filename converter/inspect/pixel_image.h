// A picture of pixels in memory.
#ifndef CONVERTER_INSPECT_PIXEL_IMAGE_H_
#define CONVERTER_INSPECT_PIXEL_IMAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "converter/inspect/canvas.h"
#include "converter/inspect/glyphs.h"
#include "converter/inspect/type_palette.h"

namespace tessera {

// Coordinates are dots; what is drawn outside is left out. Not thread-safe.
class PixelImage {
 public:
  PixelImage(int width, int height, Color background);

  // A box between whole dots, at least one in each direction.
  void FillBox(const Box& box, Color color, double radius);

  // A box of `gap` with stripes from bottom left to top right, which lie the
  // same in all boxes.
  void HatchBox(const Box& box, Color gap, Color stripe);

  // A letter of the picture font: dot (x, y) of it is at left + x * unit_x,
  // top + y * unit_y. Strokes are `thickness` wide, with soft edges.
  void DrawGlyph(char32_t character, double left, double top, double unit_x,
                 double unit_y, double thickness, Color color);

  Color At(int x, int y) const;

  // As a PNG. "" if it cannot be made, for want of memory.
  std::string AsPng() const;

 private:
  // Mixes `color` into a dot: 0 leaves it, 1 replaces it.
  void Blend(int x, int y, Color color, double amount);

  const int width_;
  const int height_;
  std::vector<uint8_t> rgb_;
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_PIXEL_IMAGE_H_
