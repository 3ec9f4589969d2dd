#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

constexpr TensorRoleInfo kRoles[] = {
#define TESSERA_TENSOR_ROLE(role, gguf, hugging_face, place, rows, columns, \
                            group)                                          \
  {TensorRole::k##role, gguf,                                               \
   hugging_face,        TensorPlace::k##place,                              \
   Dimension::k##rows,  Dimension::k##columns,                              \
   FuseGroup::k##group},
#include "formats/model/tensor_roles.inc"
#undef TESSERA_TENSOR_ROLE
};

}  // namespace

absl::Span<const TensorRoleInfo> AllTensorRoles() { return kRoles; }

const TensorRoleInfo& InfoOf(TensorRole role) {
  return kRoles[static_cast<size_t>(role)];
}

bool IsOutputMatrix(TensorRole role) {
  return role == TensorRole::kOutput || role == TensorRole::kTokenEmbedding;
}

bool IsCold(TensorRole role, bool tied_embeddings) {
  if (role == TensorRole::kTokenEmbedding) return !tied_embeddings;
  return InfoOf(role).place == TensorPlace::kBeforeLayers;
}

std::vector<TensorRole> RolesOf(FuseGroup group) {
  std::vector<TensorRole> roles;
  for (const TensorRoleInfo& info : kRoles) {
    if (info.group == group) roles.push_back(info.role);
  }
  return roles;
}

absl::string_view FuseGroupName(FuseGroup group) {
  switch (group) {
    case FuseGroup::kNone:
      return "";
    case FuseGroup::kAttentionInputs:
      return "attn_qkv";
    case FuseGroup::kGateAndUp:
      return "ffn_gate_up";
  }
  return "";
}

}  // namespace tessera
