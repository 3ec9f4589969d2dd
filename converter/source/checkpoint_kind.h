// Checkpoints that are not weights as they are: quantized in a way that is not
// read, or adapters.
#ifndef CONVERTER_SOURCE_CHECKPOINT_KIND_H_
#define CONVERTER_SOURCE_CHECKPOINT_KIND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "converter/source/weight_source.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Of a safetensors checkpoint whose tensors have the names of their files.
// `config` is the text of its config.json, or empty. Unimplemented, saying what
// it is, by which tensor or key that was recognized, and what to do, for what
// is in the tables: GPTQ, AWQ, bitsandbytes, compressed-tensors, MLX, NVFP4
// and others, LoRA and other adapters.
absl::Status CheckCheckpointKind(const WeightSource& source,
                                 absl::string_view config);

// The same of a GGUF file: adapters, control vectors, importance matrices,
// encoders of images.
absl::Status CheckGgufKind(const GgufMetadata& metadata);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHECKPOINT_KIND_H_
