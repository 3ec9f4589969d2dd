// The picture of a file, as a file.
#ifndef CONVERTER_INSPECT_MAP_FILE_H_
#define CONVERTER_INSPECT_MAP_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "converter/inspect/file_description.h"
#include "converter/inspect/map_coloring.h"

namespace tessera {

// OK if a map can be expected to be written to `path`: an .svg, a .png, or a
// stream such as /dev/stdout, which gets SVG. Endings are of any case.
// InvalidArgument for others, so that no model becomes a picture by a slip of
// the pen, and for a named pipe, which would wait for ever for a reader; and
// the errors of CheckWriteFile.
absl::Status CheckMapPath(const std::string& path);

// Draws the map (file_map.h) and writes it at once, in the format of the
// ending. The errors of WriteFile.
absl::Status WriteMap(const FileDescription& file, MapColor color,
                      const std::string& path);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MAP_FILE_H_
