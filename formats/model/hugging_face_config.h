// Hugging Face's config.json to a ModelConfig.
#ifndef FORMATS_MODEL_HUGGING_FACE_CONFIG_H_
#define FORMATS_MODEL_HUGGING_FACE_CONFIG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"
#include "formats/model/hugging_face_rope.h"

namespace tessera {

// What config.json says of the model, of its tokens and of how its tensors are
// stored.
struct HuggingFaceConfig {
  ModelConfig model;
  const Architecture* architecture = nullptr;  // null: not described
  std::optional<uint32_t> bos_token_id;
  std::vector<uint32_t> eos_token_ids;
  // Besides text, the model reads images or sounds, or writes them. What is
  // said here is about text.
  bool multimodal = false;
  LongRopeFactors long_rope_factors;

  // model_type as it stands there, and every key that is true or false.
  std::string hugging_face_type;
  std::map<std::string, bool> flags;

  // There is a quantization_config: F8 weights have scales.
  bool quantized = false;

  // Weights that share a scale, where F8 weights are scaled by blocks.
  uint64_t float8_block_rows = 128;
  uint64_t float8_block_columns = 128;
};

// Parses `json`, of whatever model_type; its "text_config", if it has one. What
// this version does not understand is no error, but a sentence in
// ModelConfig.not_understood: of an architecture that is described, every key
// that is neither read nor known to be harmless; of another one, its name
// alone. null means absent. DataLoss, naming the key, for broken JSON, for a
// value of the wrong type or an impossible one, and, of an architecture that is
// described, for one that is missing.
absl::StatusOr<HuggingFaceConfig> ParseHuggingFaceConfig(
    absl::string_view json);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_CONFIG_H_
