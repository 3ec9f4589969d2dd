// A file's description as JSON for programs.
#ifndef CONVERTER_INSPECT_DESCRIBE_JSON_H_
#define CONVERTER_INSPECT_DESCRIBE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/inspect/file_description.h"

namespace tessera {

// An object as file_description.proto says, with all fields, pretty-printed.
absl::StatusOr<std::string> RenderJson(const FileDescription& file);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_JSON_H_
