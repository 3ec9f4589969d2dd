// Draws a section as a ribbon that is wrapped over lines.
#ifndef CONVERTER_INSPECT_SECTION_RIBBON_H_
#define CONVERTER_INSPECT_SECTION_RIBBON_H_

#include <cstdint>
#include <string>

#include "converter/inspect/canvas.h"
#include "converter/inspect/file_description.h"
#include "converter/inspect/map_coloring.h"

namespace tessera {

// Where ribbons are drawn, in pixels.
struct RibbonStyle {
  double left = 0;   // of the bytes; offsets are written to the left of it
  double width = 0;  // of a full line
  double line_height = 28;
  double line_gap = 8;
  uint64_t bytes_per_line = 0;
};

// The bytes per line, a power of two, with which the tensors of all sections
// fill between `lines` / 2 and `lines` lines.
uint64_t BytesPerLine(const FileDescription& file, uint64_t lines);

// Draws section `index` from `top` on, all bytes to scale but long padding at
// its end, which is cut and says so. Returns the y below it.
double DrawSectionRibbon(const FileDescription& file, size_t index, double top,
                         const RibbonStyle& style, const MapColoring& coloring,
                         Canvas* canvas);

// What the mouse shows over a tensor.
std::string TensorTooltip(const TensorDescription& tensor);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_SECTION_RIBBON_H_
