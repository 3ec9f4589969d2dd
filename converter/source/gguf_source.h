// GGUF files as a source.
#ifndef CONVERTER_SOURCE_GGUF_SOURCE_H_
#define CONVERTER_SOURCE_GGUF_SOURCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/source_options.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Opens a GGUF file, or all files of the split set that `path` belongs to. A
// configuration or tokenizer that is not understood leaves a note, not an
// error: all metadata is kept. Unimplemented for what is no model (adapters,
// importance matrices: checkpoint_kind.h), unless options.tensors_only.
absl::StatusOr<WeightSource> OpenGgufSource(const std::string& path,
                                            const SourceOptions& options = {});

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_SOURCE_H_
