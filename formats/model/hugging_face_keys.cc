#include "formats/model/hugging_face_keys.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/str_split.h"

namespace tessera {
namespace {

// Whatever their value is.
constexpr absl::string_view kHarmless[] = {
    // What it is and was made with.
    "_name_or_path",
    "architectures",
    "dtype",
    "torch_dtype",
    "transformers_version",
    "unsloth_fixed",
    "unsloth_version",
    // Training.
    "attention_dropout",
    "attn_pdrop",
    "aux_loss_alpha",
    "classifier_dropout",
    "embd_pdrop",
    "embedding_dropout",
    "hidden_dropout",
    "initializer_range",
    "resid_pdrop",
    "residual_dropout",
    "router_aux_loss_coef",
    "router_jitter_noise",
    "seq_aux",
    // How transformers computes the same.
    "_attn_implementation",
    "_attn_implementation_autoset",
    "attn_implementation",
    "cache_implementation",
    "pretraining_tp",
    "torchscript",
    "use_bfloat16",
    "use_cache",
    // What it returns besides logits.
    "output_attentions",
    "output_hidden_states",
    "output_router_logits",
    "return_dict",
    // Other tasks.
    "decoder_start_token_id",
    "id2label",
    "label2id",
    "problem_type",
    "sep_token_id",
    "task_specific_params",
    // Tokens and generation.
    "do_sample",
    "max_length",
    "min_length",
    "pad_token_id",
    "repetition_penalty",
    "temperature",
    "tokenizer_class",
    "top_k",
    "top_p",
};

// With one of these values, as JSON, with | between them.
struct NeutralValue {
  absl::string_view key;
  absl::string_view values;
};
constexpr NeutralValue kNeutral[] = {
    {"add_cross_attention", "false"},
    {"attention_bias", "false"},
    {"chunk_size_feed_forward", "0"},
    {"decoder_sparse_step", "1"},  // experts in every layer
    {"is_decoder", "false|true"},
    {"is_encoder_decoder", "false"},
    {"mlp_bias", "false"},
    {"mlp_only_layers", "[]"},
    {"moe_layer_freq", "1"},
    {"num_nextn_predict_layers", "0"},
    {"partial_rotary_factor", "1|1.0"},
    {"pruned_heads", "{}"},
    {"tie_encoder_decoder", "false"},
    {"use_mrope", "false"},
};

}  // namespace

bool IsHarmlessConfigKey(absl::string_view key, JsonValue value) {
  if (std::find(std::begin(kHarmless), std::end(kHarmless), key) !=
      std::end(kHarmless)) {
    return true;
  }
  for (const NeutralValue& neutral : kNeutral) {
    if (neutral.key != key) continue;
    const std::string text = simdjson::minify(value);
    for (const absl::string_view harmless :
         absl::StrSplit(neutral.values, '|')) {
      if (text == harmless) return true;
    }
  }
  return false;
}

}  // namespace tessera
