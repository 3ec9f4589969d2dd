// Draws a file: its sections, tensors, types and padding.
#ifndef CONVERTER_INSPECT_MAP_SVG_H_
#define CONVERTER_INSPECT_MAP_SVG_H_

#include <string>

#include "converter/inspect/file_description.h"

namespace tessera {

// An SVG picture that needs nothing else. Tensors are coloured by type, every
// other layer lighter, and show name, type, shape, layout and offset under the
// mouse; padding is hatched. Equal descriptions give equal pictures.
std::string RenderMapSvg(const FileDescription& file);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MAP_SVG_H_
