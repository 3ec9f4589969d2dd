// safetensors files and Hugging Face folders as a source.
#ifndef CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_
#define CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/source_options.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens a .safetensors file, or the set that it is a part of (see
// checkpoint_files.h). With a config.json beside it, of an architecture that is
// described (formats/model/architecture.h), the tensors get GGUF's names and
// order of rows; else they stay as they are and are marked unmapped. With a
// config.json, the files beside it are kept, and what this version understands
// of configuration and tokenizer is read; what it does not understand leaves a
// note. With options.tensors_only, nothing but the tensors is looked at.
// DataLoss for damaged files; Unimplemented for packed weights and adapters
// (checkpoint_kind.h).
absl::StatusOr<WeightSource> OpenSafetensorsSource(
    const std::string& path, const SourceOptions& options = {});

// The same for all shards of a model.safetensors.index.json.
absl::StatusOr<WeightSource> OpenSafetensorsIndexSource(
    const std::string& path, const SourceOptions& options = {});

// The same for a folder, which may be one of the Hub's cache.
absl::StatusOr<WeightSource> OpenHuggingFaceFolder(
    const std::string& path, const SourceOptions& options = {});

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SAFETENSORS_SOURCE_H_
