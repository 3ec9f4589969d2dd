#include "formats/model/hugging_face_readers.h"

#include <optional>

#include "absl/strings/str_split.h"

namespace tessera {
namespace {

// From transformers' configuration_*.py and modeling_*.py. A model of another
// type that has the key is either damaged or one of which more is known than
// its class computes: what the key means there, nobody knows.
struct Readers {
  absl::string_view key;
  absl::string_view model_types;  // with | between them
  // A number that changes nothing; false does not either, nor does null.
  std::optional<double> neutral = std::nullopt;
};
constexpr absl::string_view kMixtures =
    "mixtral|qwen2_moe|qwen3_moe|deepseek_v2|deepseek_v3";
constexpr Readers kReaders[] = {
    // Scales.
    {"attention_multiplier", "granite"},
    {"embedding_multiplier", "granite", 1},
    {"residual_multiplier", "granite", 1},
    {"logits_scaling", "granite", 1},
    {"logit_scale", "cohere|cohere2", 1},
    {"attn_logit_softcapping", "gemma2|gemma3_text", 0},
    {"final_logit_softcapping", "gemma2|gemma3_text", 0},
    {"clip_qkv", "olmo", 0},
    // Residuals and windows.
    {"use_parallel_residual", "gpt_neox|stablelm"},
    {"sliding_window",
     "mistral|mixtral|ministral3|qwen2|qwen3|qwen2_moe|qwen3_moe|smollm3|"
     "gemma2|gemma3_text|olmo3|exaone4|phi3|cohere2|starcoder2",
     0},
    {"use_sliding_window", "qwen2|qwen3|qwen2_moe|qwen3_moe|smollm3"},
    // Rotation.
    {"rope_local_base_freq", "gemma3_text"},
    {"rotary_emb_base", "gpt_neox"},
    {"rotary_pct", "gpt_neox", 1},
    // Experts. Mixtures read the keys of one another.
    {"num_experts", kMixtures},
    {"num_local_experts", kMixtures},
    {"n_routed_experts", kMixtures},
    // Other names of what all models have.
    {"n_layer", "gpt2"},
    {"n_embd", "gpt2"},
    {"n_head", "gpt2"},
    {"n_inner", "gpt2"},
    {"n_positions", "gpt2"},
    {"norm_epsilon", "starcoder2"},
    {"layer_norm_epsilon", "gpt2"},
    {"hidden_activation", "gemma|gemma2|gemma3_text"},
    {"activation_function", "gpt2"},
};

const Readers* Find(absl::string_view key) {
  for (const Readers& row : kReaders) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

}  // namespace

bool ReadsConfigKey(absl::string_view model_type, absl::string_view key) {
  const Readers* row = Find(key);
  if (row == nullptr) return true;
  for (const absl::string_view type : absl::StrSplit(row->model_types, '|')) {
    if (type == model_type) return true;
  }
  return false;
}

bool SaysNothing(absl::string_view key, JsonValue value) {
  if (value.is_null()) return true;
  bool flag = false;
  if (value.get(flag) == simdjson::SUCCESS) return !flag;
  const Readers* row = Find(key);
  double number = 0;
  return row != nullptr && row->neutral.has_value() &&
         value.get(number) == simdjson::SUCCESS && number == *row->neutral;
}

}  // namespace tessera
