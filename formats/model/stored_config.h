// The configuration of an arena's model.
#ifndef FORMATS_MODEL_STORED_CONFIG_H_
#define FORMATS_MODEL_STORED_CONFIG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "formats/arena/manifest.pb.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// What the arena says about its model, read anew from what its source said
// word by word, so that an arena made by an older version is understood as well
// as this version can: from GGUF's metadata if the manifest has
// general.architecture, else from the attachment config.json, else
// manifest.model as it is.
//
// `manifest` has passed ParseArena; `file` is the whole arena, of which at most
// that attachment is read.
//
// What is valid but not supported is no error: it stands in
// ModelConfig.not_understood, and such a model must not be run. NotFound,
// saying why, if the arena says nothing about its model; DataLoss, naming the
// key, for values that are missing or impossible, and for a damaged attachment.
absl::StatusOr<ModelConfig> StoredModelConfig(const Manifest& manifest,
                                              absl::Span<const uint8_t> file);

}  // namespace tessera

#endif  // FORMATS_MODEL_STORED_CONFIG_H_
