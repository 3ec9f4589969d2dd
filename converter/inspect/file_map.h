// Draws a file: its sections, tensors, types and padding.
#ifndef CONVERTER_INSPECT_FILE_MAP_H_
#define CONVERTER_INSPECT_FILE_MAP_H_

#include <string>

#include "converter/inspect/canvas.h"
#include "converter/inspect/file_description.h"
#include "converter/inspect/map_coloring.h"

namespace tessera {

// Draws on the empty `canvas` and returns its picture. Tensors are coloured as
// the legend says, and show name, type, shape, layout and offset under the
// mouse where a picture can; padding is hatched. Equal descriptions give equal
// pictures.
std::string RenderMap(const FileDescription& file, MapColor color,
                      Canvas* canvas);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_FILE_MAP_H_
