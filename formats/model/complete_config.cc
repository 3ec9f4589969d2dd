#include "formats/model/complete_config.h"

#include "absl/strings/str_cat.h"

namespace tessera {

void DeriveConfigFields(ModelConfig* model) {
  if (model->num_key_value_heads() == 0) {
    model->set_num_key_value_heads(model->num_attention_heads());
  }
  if (model->head_dim() == 0 && model->num_attention_heads() != 0) {
    model->set_head_dim(model->hidden_size() / model->num_attention_heads());
  }
  if (model->rope_dimension_count() == 0) {
    model->set_rope_dimension_count(model->head_dim());
  }
  if (model->num_experts() != 0 && model->moe_intermediate_size() == 0) {
    model->set_moe_intermediate_size(model->intermediate_size());
  }
}

absl::Status CheckConfigFields(const ModelConfig& model,
                               const Architecture& architecture,
                               ConfigFieldName name) {
  // The heads of others are made of parts.
  if (architecture.mixer != MixerKind::kAttention) return absl::OkStatus();
  const uint64_t heads = model.num_attention_heads();
  const uint64_t kv_heads = model.num_key_value_heads();
  if (kv_heads == 0 || heads % kv_heads != 0) {
    return absl::DataLossError(absl::StrCat(name("num_attention_heads"), ": ",
                                            heads, " is no multiple of ",
                                            kv_heads, " key and value heads"));
  }
  if (model.head_dim() == 0 || model.head_dim() % 2 != 0) {
    return absl::DataLossError(absl::StrCat(
        name("head_dim"), ": ", model.head_dim(), " is not even and positive"));
  }
  const uint64_t rotated = model.rope_dimension_count();
  if (rotated > model.head_dim() || rotated % 2 != 0) {
    return absl::DataLossError(
        absl::StrCat(name("rope_dimension_count"), ": ", rotated,
                     " is not an even part of a head of ", model.head_dim()));
  }
  return absl::OkStatus();
}

}  // namespace tessera
