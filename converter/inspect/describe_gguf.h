// Describes a GGUF file.
#ifndef CONVERTER_INSPECT_DESCRIBE_GGUF_H_
#define CONVERTER_INSPECT_DESCRIBE_GGUF_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/inspect/file_description.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Keys and values, as text and typed; holds copies.
FactGroup GgufMetadataFacts(const GgufMetadata& metadata);

// Everything but path, file_size and files. Errors are ParseGguf's.
absl::StatusOr<FileDescription> DescribeGguf(absl::Span<const uint8_t> file);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_GGUF_H_
