// Opens what a user names as the input of a conversion.
#ifndef CONVERTER_SOURCE_OPEN_SOURCE_H_
#define CONVERTER_SOURCE_OPEN_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/source_options.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens a GGUF file (any file of a split set), a .safetensors file, a
// model.safetensors.index.json, a Hugging Face folder, or an arena. The kind is
// told by content, not by name. InvalidArgument if it is none of these; errors
// name the file.
absl::StatusOr<WeightSource> OpenWeightSource(
    const std::string& path, const SourceOptions& options = {});

}  // namespace tessera

#endif  // CONVERTER_SOURCE_OPEN_SOURCE_H_
