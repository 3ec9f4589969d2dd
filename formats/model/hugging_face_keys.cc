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
    "auto_map",
    "dtype",
    "torch_dtype",
    "transformers_version",
    "unsloth_fixed",
    "unsloth_version",
    // Training.
    "attention_dropout",
    "attention_probs_dropout_prob",
    "attn_pdrop",
    "aux_loss_alpha",
    "classifier_dropout",
    "embd_pdrop",
    "embedding_dropout",
    "hidden_dropout",
    "hidden_dropout_prob",
    "initializer_range",
    "resid_pdrop",
    "residual_dropout",
    "router_aux_loss_coef",
    "router_jitter_noise",
    "seq_aux",
    // How transformers computes the same.
    "_attn_implementation",
    "_attn_implementation_autoset",
    "attention_softmax_in_fp32",
    "attn_implementation",
    "cache_implementation",
    "pretraining_tp",
    "scale_attention_softmax_in_fp32",
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
    "summary_activation",
    "summary_first_dropout",
    "summary_proj_to_labels",
    "summary_type",
    "summary_use_proj",
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
    // Sizes that others give too, and biases, which are there or not.
    "attention_bias",
    "attention_out_bias",
    "layer_switch",
    "mlp_bias",
    "model_max_length",
    "n_ctx",
    "sliding_window_size",
    "use_bias",
    "use_qk_norm",
    "use_qkv_bias",
};

// With one of these values, as JSON, with | between them.
struct NeutralValue {
  absl::string_view key;
  absl::string_view values;
};
constexpr NeutralValue kNeutral[] = {
    {"add_cross_attention", "false"},
    {"chunk_size_feed_forward", "0"},
    {"decoder_sparse_step", "1"},  // experts in every layer
    {"is_decoder", "false|true"},
    {"is_encoder_decoder", "false"},
    {"full_attn_mod", "1"},
    {"interpolate_factor", "1"},
    {"lm_head_bias", "false"},
    {"mlp_type", "\"default\""},
    {"mlp_only_layers", "[]"},
    {"moe_layer_freq", "1"},
    {"num_nextn_predict_layers", "0"},
    {"norm_type", "\"layer_norm\""},
    {"order_of_interleaved_layers", "\"local_attn_first\""},
    {"position_embedding_type", "\"rope_gptj\""},
    {"pruned_heads", "{}"},
    {"qk_layernorm", "false|true"},
    {"reorder_and_upcast_attn", "false"},
    {"scale_attn_by_inverse_layer_idx", "false"},
    {"scale_attn_weights", "true"},
    {"tie_encoder_decoder", "false"},
    {"use_bidirectional_attention", "false"},
    {"use_embedding_sharing", "true"},
    {"use_gated_activation", "true"},
    {"use_mrope", "false"},
    {"use_parallel_block", "true"},
    {"use_parallel_embedding", "false|true"},
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
