// A file's description as text for a terminal.
#ifndef CONVERTER_INSPECT_DESCRIBE_TEXT_H_
#define CONVERTER_INSPECT_DESCRIBE_TEXT_H_

#include <string>

#include "converter/inspect/file_description.h"

namespace tessera {

// A summary and, if `with_tensors`, a table of all tensors.
std::string RenderText(const FileDescription& file, bool with_tensors);

// "40 x 64", "5", "scalar".
std::string ShapeText(const std::vector<uint64_t>& shape);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_TEXT_H_
