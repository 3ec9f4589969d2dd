// The description of a file as JSON.
#ifndef CONVERTER_INSPECT_DESCRIBE_JSON_H_
#define CONVERTER_INSPECT_DESCRIBE_JSON_H_

#include <string>

#include "converter/inspect/file_description.h"

namespace tessera {

// The number of the form of all JSON that inspect prints. It grows when a field
// goes away or means something else, not when one comes.
inline constexpr int kInspectSchema = 1;

// What docs/inspect_json.md describes, with a line end. Without tensors, the
// long lists of the metadata are null too. Text is made UTF-8.
std::string RenderJson(const FileDescription& file, bool with_tensors);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_JSON_H_
