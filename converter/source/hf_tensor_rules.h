// What config.json says about a checkpoint's tensors, whether or not Tessera
// can run the model.
#ifndef CONVERTER_SOURCE_HF_TENSOR_RULES_H_
#define CONVERTER_SOURCE_HF_TENSOR_RULES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

struct HfTensorRules {
  std::string model_type;  // "" if it is not said
  bool tie_word_embeddings = false;

  // Heads whose query and key rows GGUF has in another order; 0: the same one.
  uint64_t rope_heads = 0;
  uint64_t rope_kv_heads = 0;

  // Experts of a layer; 0: not said.
  uint64_t experts = 0;

  // Weights that share a scale, where F8 weights are scaled by blocks.
  uint64_t block_rows = 128;
  uint64_t block_columns = 128;
};

// Parses `json`. InvalidArgument for broken JSON or an impossible value, naming
// the key.
absl::StatusOr<HfTensorRules> ParseHfTensorRules(absl::string_view json);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_TENSOR_RULES_H_
