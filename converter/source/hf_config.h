// Hugging Face's config.json to a ModelConfig.
#ifndef CONVERTER_SOURCE_HF_CONFIG_H_
#define CONVERTER_SOURCE_HF_CONFIG_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// What config.json says.
struct HfConfig {
  ModelConfig model;
  std::optional<uint32_t> bos_token_id;
  std::vector<uint32_t> eos_token_ids;
};

// Parses `json`. InvalidArgument for broken JSON or a missing or impossible
// value, naming the key; Unimplemented, naming it, for a model type, activation
// or rope scaling that Tessera has no graph for.
absl::StatusOr<HfConfig> ParseHfConfig(absl::string_view json);

// Divisors of the rotary frequencies, one per pair, for rope_scaling of type
// "llama3"; empty for other types. The formula is Llama 3.1's: wavelengths
// longer than the original context / low_freq_factor are stretched by `factor`,
// short ones are kept, those between are blended.
std::vector<float> Llama3RopeFactors(const ModelConfig& model);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_CONFIG_H_
