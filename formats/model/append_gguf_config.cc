#include <string>

#include "absl/strings/str_cat.h"
#include "formats/model/architecture.h"
#include "formats/model/config_field.h"
#include "formats/model/gguf_config.h"
#include "formats/model/gguf_layers.h"
#include "formats/model/gguf_rope.h"

namespace tessera {
namespace {

constexpr absl::string_view kValueLength = "attention.value_length";

// What files do not say, because the architecture or another value does.
bool FollowsFrom(const Architecture* architecture, const ModelConfig& model,
                 const ConfigField& field) {
  if (field.name == "rope_local_theta") {
    return model.rope_local_theta() == model.rope_theta();
  }
  if (architecture == nullptr) return false;
  if (field.name == "embedding_scale") return architecture->scales_embedding;
  if (field.name == "parallel_residual") {
    return architecture->residual != Residual::kConfigured &&
           architecture->residual != Residual::kWithoutNorm;
  }
  return false;
}

template <typename T>
void AppendScalar(const std::string& key, T value, GgufMetadata* metadata) {
  metadata->Append(key, GgufValue::Scalar<T>(value));
}

}  // namespace

void AppendModelConfig(const ModelConfig& model, GgufMetadata* metadata) {
  metadata->Append(kArchitectureKey, GgufValue::String(model.model_type()));
  const Architecture* architecture = FindArchitecture(model.model_type());
  const auto key = [&](absl::string_view name) {
    return absl::StrCat(model.model_type(), ".", name);
  };
  for (const ConfigField& field : AllConfigFields()) {
    if (field.gguf_key.empty() || FollowsFrom(architecture, model, field))
      continue;
    if (field.kind == ConfigKind::kFlag) {
      if (architecture == nullptr) continue;
      AppendScalar(key(field.gguf_key), (model.*field.flag)(), metadata);
      continue;
    }
    if (field.kind == ConfigKind::kNumber) {
      const float number = (model.*field.number)();
      if (number != 0) AppendScalar(key(field.gguf_key), number, metadata);
      continue;
    }
    const uint64_t count = (model.*field.count)();
    if (count == 0) continue;
    AppendScalar(key(field.gguf_key), static_cast<uint32_t>(count), metadata);
    if (field.name == "head_dim") {
      AppendScalar(key(kValueLength), static_cast<uint32_t>(count), metadata);
    }
  }
  AppendGgufRope(model, metadata);
  AppendGgufLayers(model, metadata);
}

}  // namespace tessera
