// A model as a user names it, turned into an arena that can be mapped.
#ifndef APP_OPEN_PACKED_MODEL_H_
#define APP_OPEN_PACKED_MODEL_H_

#include <string>

#include "absl/status/statusor.h"
#include "app/packed_model.h"

namespace tessera {

// The arena of the model at `path`: an arena as it is; of a GGUF file (any of a
// split set), a .safetensors with its config.json, an index of shards, or a
// Hugging Face folder, the pack in the cache, which is made if it is not there
// (docs/cache.md). Content decides what a file is. Says on stderr what takes
// long. Several processes may ask for one model; one packs and the others wait.
//
// The errors of the converter; FailedPrecondition if there is no folder for the
// cache; ResourceExhausted for a full disk; InvalidArgument for an arena that
// is to be quantized, and for an unknown value of `quantize`.
absl::StatusOr<PackedModel> OpenPackedModel(const std::string& path,
                                            const PackedModelOptions& options);

}  // namespace tessera

#endif  // APP_OPEN_PACKED_MODEL_H_
