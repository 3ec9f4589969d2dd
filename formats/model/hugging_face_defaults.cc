#include "formats/model/hugging_face_defaults.h"

#include "absl/strings/str_split.h"

namespace tessera {
namespace {

struct Default {
  absl::string_view model_types;  // with | between them
  absl::string_view key;
  double value;
};
constexpr Default kDefaults[] = {
    // Output matrices that are the embedding.
    {"gemma|gemma2|gemma3_text|cohere|cohere2|gpt2|starcoder2|smollm3",
     "tie_word_embeddings", 1},
    // Sizes. Checkpoints of Gemma 3 of several modalities have few of theirs.
    {"gemma|gemma2|gemma3_text", "head_dim", 256},
    {"glm4|seed_oss", "head_dim", 128},
    {"gemma3_text", "num_attention_heads", 8},
    {"gemma3_text", "num_key_value_heads", 4},
    {"mistral|mixtral", "num_key_value_heads", 8},
    {"glm4", "num_key_value_heads", 2},
    {"gemma3_text", "vocab_size", 262208},
    {"gemma3_text", "max_position_embeddings", 131072},
    {"gemma|gemma2", "max_position_embeddings", 8192},
    {"gpt2", "max_position_embeddings", 1024},
    {"gpt2", "intermediate_size", 0},  // four times the hidden size
    // Epsilons.
    {"phi3|olmo2|olmo3|exaone4|mixtral", "rms_norm_eps", 1e-5},
    {"glm4", "rms_norm_eps", 1.5625e-7},
    // Rotation.
    {"gemma3_text", "rope_theta", 1e6},
    {"smollm3", "rope_theta", 2e6},
    {"mixtral", "rope_theta", 1e6},
    {"stablelm|gpt_neox", "partial_rotary_factor", 0.25},
    {"glm4", "partial_rotary_factor", 0.5},
    {"smollm3", "no_rope_layer_interval", 4},
    // Windows.
    {"gemma3_text|olmo3|mistral", "sliding_window", 4096},
    {"qwen2|qwen3|qwen2_moe|qwen3_moe", "sliding_window", 4096},  // if used
    {"qwen2|qwen3|qwen2_moe|qwen3_moe|smollm3", "max_window_layers", 28},
    {"gemma3_text", "sliding_window_pattern", 6},
    {"cohere2|exaone4", "sliding_window_pattern", 4},
    // Scales.
    {"gemma2|gemma3_text", "query_pre_attn_scalar", 256},
    {"cohere|cohere2", "logit_scale", 0.0625},
    {"granite", "attention_scale", 1},
    // Residuals.
    {"gpt_neox", "parallel_residual", 1},
};

}  // namespace

std::optional<double> HuggingFaceDefault(absl::string_view model_type,
                                         absl::string_view key) {
  for (const Default& row : kDefaults) {
    if (row.key != key) continue;
    for (const absl::string_view type : absl::StrSplit(row.model_types, '|')) {
      if (type == model_type) return row.value;
    }
  }
  return std::nullopt;
}

}  // namespace tessera
