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
    "_commit_hash",
    "_name_or_path",
    "architectures",
    "auto_map",
    "base_model_name_or_path",
    "dtype",
    "finetuning_task",
    "language",
    "license",
    "torch_dtype",
    "transformers_version",
    "unsloth_fixed",
    "unsloth_version",
    "use_unsloth",
    // Training.
    "attention_dropout",
    "attention_probs_dropout_prob",
    "attn_pdrop",
    "aux_loss_alpha",
    "classifier_dropout",
    "embd_pdrop",
    "embedding_dropout",
    "gradient_checkpointing",
    "hidden_dropout",
    "hidden_dropout_prob",
    "init_std",
    "initializer_factor",
    "initializer_range",
    "loss_type",
    "resid_pdrop",
    "residual_dropout",
    "router_aux_loss_coef",
    "router_jitter_noise",
    "seq_aux",
    // How transformers computes the same.
    "_attn_implementation",
    "_attn_implementation_autoset",
    "_attn_implementation_internal",
    "_experts_implementation",
    "_flash_attn_2_enabled",
    "attention_softmax_in_fp32",
    "attn_implementation",
    "cache_implementation",
    "pretraining_tp",
    "scale_attention_softmax_in_fp32",
    "torchscript",
    "use_bfloat16",
    "use_cache",
    "use_flash_attention",
    "use_flash_attention_2",
    "use_flash_attn",
    // What it returns besides logits.
    "output_attentions",
    "output_hidden_states",
    "output_router_logits",
    "output_scores",
    "remove_invalid_values",
    "return_dict",
    "return_dict_in_generate",
    // Other tasks.
    "cross_attention_hidden_size",
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
    "tf_legacy_loss",
    // Tokens and generation.
    "bad_words_ids",
    "begin_suppress_tokens",
    "cls_token_id",
    "diversity_penalty",
    "do_sample",
    "early_stopping",
    "encoder_no_repeat_ngram_size",
    "exponential_decay_length_penalty",
    "forced_bos_token_id",
    "forced_eos_token_id",
    "length_penalty",
    "mask_token_id",
    "max_length",
    "max_new_tokens",
    "min_length",
    "min_p",
    "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams",
    "num_return_sequences",
    "pad_token_id",
    "prefix",
    "repetition_penalty",
    "suppress_tokens",
    "temperature",
    "tokenizer_class",
    "top_k",
    "top_p",
    "typical_p",
    "unk_token_id",
    // Tokens that stand for what is no text.
    "audio_token_id",
    "boi_token_index",
    "eoi_token_index",
    "image_token_id",
    "image_token_index",
    "video_token_id",
    "vision_end_token_id",
    "vision_start_token_id",
    "vision_token_id",
    // Sizes that others give too, and biases, which are there or not.
    "attention_bias",
    "attention_out_bias",
    "layer_switch",
    "max_sequence_length",
    "mlp_bias",
    "model_max_length",
    "n_ctx",
    "sliding_window_size",
    "use_bias",
    "use_qk_norm",
    "use_qkv_bias",
};

// Of the experts of a layer: nothing to models that have none.
constexpr absl::string_view kOfExperts[] = {
    "decoder_sparse_step",
    "expert_layer_offset",
    "expert_layer_period",
    "first_k_dense_replace",
    "mlp_only_layers",
    "moe_layer_freq",
    "n_group",
    "n_shared_experts",
    "norm_topk_prob",
    "num_shared_experts",
    "routed_scaling_factor",
    "scoring_func",
    "shared_expert_intermediate_size",
    "topk_group",
    "topk_method",
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
    {"is_causal", "true"},
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
    {"quantization", "{}"},  // of MLX
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

bool IsExpertConfigKey(absl::string_view key) {
  return std::find(std::begin(kOfExperts), std::end(kOfExperts), key) !=
         std::end(kOfExperts);
}

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
