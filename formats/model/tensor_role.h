// What the tensors of a model are for: a look-up into tensor_roles.inc.
#ifndef FORMATS_MODEL_TENSOR_ROLE_H_
#define FORMATS_MODEL_TENSOR_ROLE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tessera {

enum class TensorRole : uint8_t {
#define TESSERA_TENSOR_ROLE(role, ...) k##role,
#include "formats/model/tensor_roles.inc"
#undef TESSERA_TENSOR_ROLE
};

// When a token reads a tensor.
enum class TensorPlace : uint8_t {
  kBeforeLayers,  // once, when the model is opened
  kLayer,
  kAfterLayers,
};

// A size that follows from a model's configuration (shape.h).
enum class Dimension : uint8_t {
  kNone,           // no such dimension
  kHidden,         // hidden_size
  kVocabulary,     // vocab_size
  kPositions,      // max_position_embeddings
  kQuery,          // num_attention_heads * head_dim
  kKeyValue,       // num_key_value_heads * head_dim
  kQueryKeyValue,  // kQuery + 2 kKeyValue
  kHeadDim,        // head_dim
  kHeads,          // num_attention_heads
  kKeyValueHeads,  // num_key_value_heads
  kRopePairs,      // rope_dimension_count / 2
  kInner,          // intermediate_size
  kExperts,        // num_experts
  kExpertInner,    // moe_intermediate_size
  kUnknown,        // not described yet: taken as it is
};

// Tensors that read the same input. The converter puts those of a group side by
// side: see docs/layouts.md.
enum class FuseGroup : uint8_t { kNone, kAttentionInputs, kGateAndUp };

struct TensorRoleInfo {
  TensorRole role;
  absl::string_view gguf_name;          // "attn_q"
  absl::string_view hugging_face_name;  // "self_attn.q_proj"; may be empty
  TensorPlace place;
  Dimension rows;  // kNone for a vector
  Dimension columns;
  FuseGroup group;
};

// All roles, in the order in which a token reads their tensors; the index of a
// row is the number of its role.
absl::Span<const TensorRoleInfo> AllTensorRoles();

inline constexpr size_t kTensorRoleCount = 0
#define TESSERA_TENSOR_ROLE(...) +1
#include "formats/model/tensor_roles.inc"
#undef TESSERA_TENSOR_ROLE
    ;

const TensorRoleInfo& InfoOf(TensorRole role);

// True for what logits are made of: the output matrix, and the token embedding,
// which stands in for one that is not there.
bool IsOutputMatrix(TensorRole role);

// True for tensors that are read by row or once: rope factors, the embedding of
// positions, and that of tokens unless it stands in for the output matrix
// (`tied_embeddings`). They lie apart from what every token reads.
bool IsCold(TensorRole role, bool tied_embeddings);

// The roles of a group, in their order.
std::vector<TensorRole> RolesOf(FuseGroup group);

// The name of a fused group of a layer: "attn_qkv", "ffn_gate_up".
absl::string_view FuseGroupName(FuseGroup group);

}  // namespace tessera

#endif  // FORMATS_MODEL_TENSOR_ROLE_H_
