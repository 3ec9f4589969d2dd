#include "formats/model/complete_config.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace tessera {

bool HasConfigField(const ConfigField& field,
                    const Architecture* architecture) {
  if (architecture == nullptr) return true;
  const bool rms = architecture->norm == NormKind::kRms;
  if (field.name == "rms_norm_eps") return rms;
  if (field.name == "layer_norm_eps") return !rms;
  if (field.name == "rope_theta" || field.name == "rope_dimension_count") {
    return architecture->rope_pairs != RopePairs::kNone;
  }
  return field.name != "parallel_residual" ||
         architecture->residual == Residual::kConfigured ||
         architecture->residual == Residual::kWithoutNorm;
}

std::optional<double> DefaultOf(const ConfigField& field,
                                const Architecture& architecture,
                                const ModelConfig& model) {
  for (const ConfigDefault& own : architecture.defaults) {
    if (own.field == field.name &&
        (own.layers == 0 || own.layers == model.num_hidden_layers())) {
      return own.value;
    }
  }
  return std::nullopt;
}

namespace {

// The heads of others are made of parts.
bool SharesWidth(const Architecture* architecture) {
  return architecture != nullptr &&
         architecture->mixer == MixerKind::kAttention;
}

}  // namespace

void DeriveConfigFields(const Architecture* architecture, ModelConfig* model) {
  if (model->num_key_value_heads() == 0) {
    model->set_num_key_value_heads(model->num_attention_heads());
  }
  const uint64_t heads = model->num_attention_heads();
  if (model->head_dim() == 0 && heads != 0 &&
      (model->hidden_size() % heads == 0 || !SharesWidth(architecture))) {
    model->set_head_dim(model->hidden_size() / heads);
  }
  if (model->num_experts() != 0 && model->moe_intermediate_size() == 0) {
    model->set_moe_intermediate_size(model->intermediate_size());
  }
  const bool rotates =
      architecture == nullptr || architecture->rope_pairs != RopePairs::kNone;
  if (rotates && model->rope_dimension_count() == 0) {
    model->set_rope_dimension_count(model->head_dim());
  }
  if (architecture == nullptr) return;
  if (architecture->scales_embedding) {
    model->set_embedding_scale(
        std::sqrt(static_cast<float>(model->hidden_size())));
  }
  if (architecture->residual == Residual::kParallel) {
    model->set_parallel_residual(true);
  }
}

absl::Status CheckConfigFields(const ModelConfig& model,
                               const Architecture& architecture,
                               ConfigFieldName name) {
  if (!SharesWidth(&architecture)) return absl::OkStatus();
  const uint64_t heads = model.num_attention_heads();
  const uint64_t kv_heads = model.num_key_value_heads();
  if (kv_heads == 0 || heads % kv_heads != 0) {
    return absl::DataLossError(absl::StrCat(name("num_attention_heads"), ": ",
                                            heads, " is no multiple of ",
                                            kv_heads, " key and value heads"));
  }
  if (model.head_dim() == 0) {
    return absl::DataLossError(absl::StrCat(
        name("num_attention_heads"), ": ", heads,
        " heads do not divide the hidden size, ", model.hidden_size()));
  }
  if (model.head_dim() % 2 != 0) {
    return absl::DataLossError(
        absl::StrCat(name("head_dim"), ": ", model.head_dim(), " is not even"));
  }
  const uint64_t rotated = model.rope_dimension_count();
  if (rotated > model.head_dim() || rotated % 2 != 0) {
    return absl::DataLossError(
        absl::StrCat(name("rope_dimension_count"), ": ", rotated,
                     " is not an even part of a head of ", model.head_dim()));
  }
  if (!model.layers().empty() &&
      static_cast<uint64_t>(model.layers_size()) != model.num_hidden_layers()) {
    return absl::DataLossError(
        absl::StrCat(name("num_hidden_layers"), ": ", model.num_hidden_layers(),
                     " layers, but ", model.layers_size(), " are described"));
  }
  return absl::OkStatus();
}

}  // namespace tessera
