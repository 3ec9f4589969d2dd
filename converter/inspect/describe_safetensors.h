// Describes a safetensors file.
#ifndef CONVERTER_INSPECT_DESCRIBE_SAFETENSORS_H_
#define CONVERTER_INSPECT_DESCRIBE_SAFETENSORS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/inspect/file_description.h"

namespace tessera {

// Everything but path and file_size. Errors are ParseSafetensors'.
absl::StatusOr<FileDescription> DescribeSafetensors(
    absl::Span<const uint8_t> file);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DESCRIBE_SAFETENSORS_H_
