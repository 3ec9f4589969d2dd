#include "converter/source/tensor_names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
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
};

constexpr absl::string_view kLayerPrefix = "model.layers.";

// The decimal digits that `text` begins with.
absl::string_view LeadingDigits(absl::string_view text) {
  size_t length = 0;
  while (length < text.size() && absl::ascii_isdigit(text[length])) ++length;
  return text.substr(0, length);
}

}  // namespace

std::optional<std::string> GgufTensorName(absl::string_view name) {
  absl::string_view suffix;
  for (absl::string_view candidate : {".weight", ".bias"}) {
    if (absl::ConsumeSuffix(&name, candidate)) {
      suffix = candidate;
      break;
    }
  }
  if (suffix.empty()) return std::nullopt;
  for (const NamePair& pair : kModelNames) {
    if (name == pair.hugging_face) return absl::StrCat(pair.gguf, suffix);
  }
  if (!absl::ConsumePrefix(&name, kLayerPrefix)) return std::nullopt;
  const absl::string_view layer = LeadingDigits(name);
  name.remove_prefix(layer.size());
  if (layer.empty() || !absl::ConsumePrefix(&name, ".")) return std::nullopt;
  for (const NamePair& pair : kLayerNames) {
    if (name == pair.hugging_face) {
      return absl::StrCat("blk.", layer, ".", pair.gguf, suffix);
    }
  }
  return std::nullopt;
}

bool IsRedundantTensor(absl::string_view name) {
  return absl::EndsWith(name, ".rotary_emb.inv_freq") ||
         absl::EndsWith(name, ".attention.rope.freqs");
}

}  // namespace tessera
