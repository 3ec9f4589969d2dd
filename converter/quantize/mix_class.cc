#include "converter/quantize/mix_class.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

struct NamePart {
  std::string part;
  MixClass mix_class;
};

// The first that occurs in a name gives the class. Without ".weight" it takes
// in the matrices of experts, and whatever else begins so.
const std::vector<NamePart>& NameParts() {
  static const auto& parts = *new std::vector<NamePart>{
      {GgufName(TensorRole::kAttentionQkv), MixClass::kAttentionQkv},
      {GgufName(TensorRole::kLatentKeyValueUp), MixClass::kAttentionKvB},
      {GgufName(TensorRole::kAttentionValue), MixClass::kAttentionValue},
      {GgufName(TensorRole::kAttentionKey), MixClass::kAttentionKey},
      {GgufName(TensorRole::kAttentionQuery), MixClass::kAttentionQuery},
      {GgufName(TensorRole::kAttentionOutput), MixClass::kAttentionOutput},
      {std::string(InfoOf(TensorRole::kUp).gguf_name), MixClass::kFfnUp},
      {std::string(InfoOf(TensorRole::kGate).gguf_name), MixClass::kFfnGate},
      {std::string(InfoOf(TensorRole::kDown).gguf_name), MixClass::kFfnDown},
  };
  return parts;
}

// Parts of the names of matrices that are small or delicate: llama-quantize's
// list, which names tensors of architectures that
// are not described here.
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

MixClass MixClassOf(absl::string_view name) {
  if (name == GgufName(TensorRole::kOutput)) return MixClass::kOutput;
  if (name == GgufName(TensorRole::kTokenEmbedding) ||
      name == "per_layer_token_embd.weight") {  // Gemma 3n
    return MixClass::kEmbedding;
  }
  for (const NamePart& entry : NameParts()) {
    if (absl::StrContains(name, entry.part)) return entry.mix_class;
  }
  return MixClass::kOther;
}

bool IsValueClass(MixClass mix_class) {
  return mix_class == MixClass::kAttentionValue ||
         mix_class == MixClass::kAttentionQkv ||
         mix_class == MixClass::kAttentionKvB;
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
  return std::none_of(
      std::begin(kNeverQuantized), std::end(kNeverQuantized),
      [name](absl::string_view part) { return absl::StrContains(name, part); });
}

}  // namespace tessera
