// safetensors files and Hugging Face folders as a source.
#ifndef CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_
#define CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens one .safetensors file. With a config.json beside it the tensors get
// GGUF's names and order of rows, and tokenizer.json is read too; without, they
// keep their own names and the arena can only be inspected.
absl::StatusOr<WeightSource> OpenSafetensorsSource(const std::string& path);

// The same for all shards of a model.safetensors.index.json.
absl::StatusOr<WeightSource> OpenSafetensorsIndexSource(
    const std::string& path);

// The same for a folder that holds a model.safetensors or an index of shards.
absl::StatusOr<WeightSource> OpenHuggingFaceFolder(const std::string& path);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_
