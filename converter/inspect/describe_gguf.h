// Describes a GGUF file.
#ifndef CONVERTER_INSPECT_DESCRIBE_GGUF_H_
#define CONVERTER_INSPECT_DESCRIBE_GGUF_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/inspect/file_description.h"

namespace tessera {

// Everything but path and file_size. Errors are ParseGguf's.
absl::StatusOr<FileDescription> DescribeGguf(absl::Span<const uint8_t> file);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_GGUF_H_
