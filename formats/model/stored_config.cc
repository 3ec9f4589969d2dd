#include "formats/model/stored_config.h"

#include "absl/status/status.h"

namespace tessera {

absl::StatusOr<ModelConfig> StoredModelConfig(const Manifest& manifest,
                                              absl::Span<const uint8_t> file) {
  if (!manifest.has_model()) {
    return absl::NotFoundError("the arena holds no model configuration");
  }
  return manifest.model();
}

}  // namespace tessera
