// safetensors files and Hugging Face folders as a source.
#ifndef CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_
#define CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens one .safetensors file. With a config.json beside it, of an architecture
// that is described (formats/model/architecture.h), the tensors get GGUF's
// names and order of rows; else they stay as they are and are marked unmapped.
// With a config.json, the files beside it are kept, and what this version
// understands of configuration and tokenizer is read; what it does not
// understand leaves a note. DataLoss for damaged files.
// `tensors_only`: see SourceOptions.
absl::StatusOr<WeightSource> OpenSafetensorsSource(const std::string& path,
                                                   bool tensors_only = false);

// The same for all shards of a model.safetensors.index.json.
absl::StatusOr<WeightSource> OpenSafetensorsIndexSource(
    const std::string& path, bool tensors_only = false);

// The same for a folder that holds a model.safetensors or an index of shards.
absl::StatusOr<WeightSource> OpenHuggingFaceFolder(const std::string& path,
                                                   bool tensors_only = false);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_
