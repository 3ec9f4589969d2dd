#include "converter/source/tensor_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

struct NamePair {
  absl::string_view hugging_face;
  absl::string_view gguf;
};

constexpr NamePair kModelNames[] = {
    {"model.embed_tokens", "token_embd"},
    {"model.norm", "output_norm"},
    {"lm_head", "output"},
};

constexpr NamePair kLayerNames[] = {
    {"input_layernorm", "attn_norm"},
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"},
    {"post_attention_layernorm", "ffn_norm"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
    // Relatives of Llama.
    {"self_attn.q_norm", "attn_q_norm"},
    {"self_attn.k_norm", "attn_k_norm"},
    {"pre_feedforward_layernorm", "ffn_norm"},
    {"post_feedforward_layernorm", "post_ffw_norm"},
    // Mixtures of experts: routers, and experts that every token goes through.
    {"block_sparse_moe.gate", "ffn_gate_inp"},
    {"mlp.gate", "ffn_gate_inp"},
    {"mlp.shared_expert_gate", "ffn_gate_inp_shexp"},
    {"mlp.shared_expert.gate_proj", "ffn_gate_shexp"},
    {"mlp.shared_expert.up_proj", "ffn_up_shexp"},
    {"mlp.shared_expert.down_proj", "ffn_down_shexp"},
    {"mlp.shared_experts.gate_proj", "ffn_gate_shexp"},
    {"mlp.shared_experts.up_proj", "ffn_up_shexp"},
    {"mlp.shared_experts.down_proj", "ffn_down_shexp"},
    // DeepSeek's attention.
    {"self_attn.q_a_proj", "attn_q_a"},
    {"self_attn.q_a_layernorm", "attn_q_a_norm"},
    {"self_attn.q_b_proj", "attn_q_b"},
    {"self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa"},
    {"self_attn.kv_a_layernorm", "attn_kv_a_norm"},
    {"self_attn.kv_b_proj", "attn_kv_b"},
};

// Of one expert, after its number.
constexpr NamePair kExpertNames[] = {
    {"w1.weight", "ffn_gate_exps.weight"},
    {"w2.weight", "ffn_down_exps.weight"},
    {"w3.weight", "ffn_up_exps.weight"},
    {"gate_proj.weight", "ffn_gate_exps.weight"},
    {"down_proj.weight", "ffn_down_exps.weight"},
    {"up_proj.weight", "ffn_up_exps.weight"},
};

// The bias of DeepSeek-V3's router, which is no module's.
constexpr absl::string_view kScoreCorrection =
    "mlp.gate.e_score_correction_bias";

constexpr absl::string_view kLayerPrefix = "model.layers.";

// Takes a decimal number without leading zeros, and a dot, off `text`.
std::optional<absl::string_view> ConsumeNumber(absl::string_view* text) {
  size_t length = 0;
  while (length < text->size() && absl::ascii_isdigit((*text)[length])) {
    ++length;
  }
  const absl::string_view digits = text->substr(0, length);
  if (length == 0 || (length > 1 && digits[0] == '0')) return std::nullopt;
  text->remove_prefix(length);
  if (!absl::ConsumePrefix(text, ".")) return std::nullopt;
  return digits;
}

}  // namespace

std::optional<std::string> GgufTensorName(absl::string_view name) {
  absl::string_view module = name;
  absl::string_view suffix;
  for (absl::string_view candidate : {".weight", ".bias"}) {
    if (absl::ConsumeSuffix(&module, candidate)) suffix = candidate;
  }
  for (const NamePair& pair : kModelNames) {
    if (!suffix.empty() && module == pair.hugging_face) {
      return absl::StrCat(pair.gguf, suffix);
    }
  }
  if (!absl::ConsumePrefix(&name, kLayerPrefix)) return std::nullopt;
  const std::optional<absl::string_view> layer = ConsumeNumber(&name);
  if (!layer.has_value()) return std::nullopt;
  module = absl::StripSuffix(name, suffix);
  for (const NamePair& pair : kLayerNames) {
    if (!suffix.empty() && module == pair.hugging_face) {
      return absl::StrCat("blk.", *layer, ".", pair.gguf, suffix);
    }
  }
  if (name == kScoreCorrection) {
    return absl::StrCat("blk.", *layer, ".exp_probs_b.bias");
  }
  return std::nullopt;
}

std::optional<ExpertName> ParseExpertName(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kLayerPrefix)) return std::nullopt;
  const std::optional<absl::string_view> layer = ConsumeNumber(&name);
  if (!layer.has_value()) return std::nullopt;
  if (!absl::ConsumePrefix(&name, "mlp.experts.") &&
      !absl::ConsumePrefix(&name, "block_sparse_moe.experts.")) {
    return std::nullopt;
  }
  const std::optional<absl::string_view> number = ConsumeNumber(&name);
  ExpertName result;
  if (!number.has_value() || !absl::SimpleAtoi(*number, &result.expert)) {
    return std::nullopt;
  }
  for (const NamePair& pair : kExpertNames) {
    if (name == pair.hugging_face) {
      result.gguf = absl::StrCat("blk.", *layer, ".", pair.gguf);
      return result;
    }
  }
  return std::nullopt;
}

bool IsRedundantTensor(absl::string_view name) {
  return absl::EndsWith(name, ".rotary_emb.inv_freq") ||
         absl::EndsWith(name, ".attention.rope.freqs");
}

}  // namespace tessera
