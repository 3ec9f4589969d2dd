// Rotary position embeddings as GGUF's metadata describes them.
#ifndef FORMATS_MODEL_GGUF_ROPE_H_
#define FORMATS_MODEL_GGUF_ROPE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/model/architecture.h"
#include "formats/model/gguf_keys.h"

namespace tessera {

// Sets rope_scaling of `model`, whose other values have been read. A type that
// is not understood becomes a sentence, and rope_scaling stays unset. DataLoss
// for impossible values.
absl::Status ReadGgufRope(const Architecture& architecture, GgufKeys* keys,
                          ModelConfig* model);

// True for a key of a scaling, which need not be listed where its type is not
// understood.
bool IsGgufScalingKey(absl::string_view name);

// Appends the keys of `model.rope_scaling()`, with the architecture's name.
void AppendGgufRope(const ModelConfig& model, GgufMetadata* metadata);

}  // namespace tessera

#endif  // FORMATS_MODEL_GGUF_ROPE_H_
