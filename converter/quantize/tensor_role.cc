#include "converter/quantize/tensor_role.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

struct NamePart {
  absl::string_view part;
  MixClass role;
};

// The first that occurs in a name gives the role.
constexpr NamePart kRoles[] = {
    {"attn_qkv.weight", MixClass::kAttentionQkv},
    {"attn_kv_b.weight", MixClass::kAttentionKvB},
    {"attn_v.weight", MixClass::kAttentionValue},
    {"attn_k.weight", MixClass::kAttentionKey},
    {"attn_q.weight", MixClass::kAttentionQuery},
    {"attn_output.weight", MixClass::kAttentionOutput},
    {"ffn_up", MixClass::kFfnUp},
    {"ffn_gate", MixClass::kFfnGate},
    {"ffn_down", MixClass::kFfnDown},
};

// Parts of the names of matrices that are small or delicate.
constexpr absl::string_view kNeverQuantized[] = {
    "_norm.weight",
    // Routing of tokens to experts.
    "ffn_gate_inp.weight",
    "ffn_gate_tid2eid.weight",
    // Gemma 3n.
    "altup",
    "laurel",
    "per_layer_model_proj",
    // Convolutions of Mamba, Kimi and LFM2; MiniMax's indexer.
    "ssm_conv1d",
    "shortconv.conv.weight",
    "indexer.k_proj.weight",
    "indexer.q_proj.weight",
    // RWKV.
    "time_mix_first.weight",
    "time_mix_w0.weight",
    "time_mix_w1.weight",
    "time_mix_w2.weight",
    "time_mix_v0.weight",
    "time_mix_v1.weight",
    "time_mix_v2.weight",
    "time_mix_a0.weight",
    "time_mix_a1.weight",
    "time_mix_a2.weight",
    "time_mix_g1.weight",
    "time_mix_g2.weight",
    "time_mix_decay_w1.weight",
    "time_mix_decay_w2.weight",
    "time_mix_lerp_fused.weight",
    // T5's relative positions.
    "attn_rel_b.weight",
    // Images and sound.
    ".position_embd",
    "sam.pos_embd",
    "sam.neck.",
    "sam.net_",
    ".rel_pos",
    ".patch_embd",
    ".patch_merger",
    "a.rvq.codebook",
    "mm.a.code_embd",
};

}  // namespace

MixClass RoleOf(absl::string_view name) {
  if (name == "output.weight") return MixClass::kOutput;
  if (name == "token_embd.weight" || name == "per_layer_token_embd.weight") {
    return MixClass::kEmbedding;
  }
  for (const NamePart& entry : kRoles) {
    if (absl::StrContains(name, entry.part)) return entry.role;
  }
  return MixClass::kOther;
}

bool IsValueRole(MixClass role) {
  return role == MixClass::kAttentionValue ||
         role == MixClass::kAttentionQkv || role == MixClass::kAttentionKvB;
}

std::optional<uint64_t> LayerOf(absl::string_view name) {
  uint32_t layer;
  if (!absl::ConsumePrefix(&name, "blk.")) return std::nullopt;
  const size_t dot = name.find('.');
  if (dot == absl::string_view::npos ||
      !absl::SimpleAtoi(name.substr(0, dot), &layer)) {
    return std::nullopt;
  }
  return layer;
}

bool AllowsQuantization(absl::string_view name,
                        absl::Span<const uint64_t> shape) {
  // A matrix of one row is a vector.
  const bool is_matrix =
      shape.size() >= 2 && std::any_of(shape.begin(), shape.end() - 1,
                                       [](uint64_t size) { return size > 1; });
  if (!is_matrix || !absl::EndsWith(name, "weight") ||
      name == "position_embd.weight" || name == "token_types.weight") {
    return false;
  }
  return std::none_of(std::begin(kNeverQuantized), std::end(kNeverQuantized),
                      [name](absl::string_view part) {
                        return absl::StrContains(name, part);
                      });
}

}  // namespace tessera
