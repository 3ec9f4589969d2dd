// The letters of pictures of pixels.
#ifndef CONVERTER_INSPECT_GLYPHS_H_
#define CONVERTER_INSPECT_GLYPHS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// A letter as strokes on a grid: y grows downwards, 0 is the top of capitals, 6
// their baseline, and 7 the lowest row of letters like g; x is from 0 to 4.
struct Stroke {
  float x1 = 0;
  float y1 = 0;
  float x2 = 0;
  float y2 = 0;
};

inline constexpr float kGlyphAdvance = 6;  // from one letter to the next
inline constexpr float kGlyphBaseline = 6;

// The strokes of a character: printable ASCII, and the middle dot. Others are a
// box.
std::vector<Stroke> GlyphStrokes(char32_t character);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_GLYPHS_H_
