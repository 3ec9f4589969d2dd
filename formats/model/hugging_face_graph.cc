#include "formats/model/hugging_face_graph.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/activation.h"
#include "formats/model/hugging_face_defaults.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

// Of several, the first counts.
constexpr absl::string_view kActivations[] = {"hidden_activation", "hidden_act",
                                              "activation_function"};
constexpr absl::string_view kParts[] = {"partial_rotary_factor", "rotary_pct"};
constexpr absl::string_view kQueryScalar = "query_pre_attn_scalar";

// The first of `keys` that is there.
template <typename Keys>
std::optional<absl::string_view> FindFirst(JsonValue config, const Keys& keys) {
  for (const absl::string_view key : keys) {
    if (FindMember(config, key).has_value()) return key;
  }
  return std::nullopt;
}

// The first Gemma computes with the tangent whatever "hidden_act" says, which
// was wrong in its first checkpoints.
bool IsOverruled(absl::string_view key, const ModelConfig& model) {
  return key == "hidden_act" && model.model_type() == "gemma";
}

}  // namespace

bool IsGraphKey(absl::string_view key) {
  const auto has = [key](const auto& keys) {
    return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
  };
  return key == kQueryScalar || has(kActivations) || has(kParts);
}

void ReadHuggingFaceActivation(JsonValue config,
                               const Architecture& architecture,
                               ModelConfig* model) {
  const auto key = FindFirst(config, kActivations);
  if (!key.has_value()) return;
  const absl::string_view name = FindText(config, *key);
  const std::optional<Activation> activation = ActivationNamed(name);
  if (activation == architecture.activation) return;
  if (!activation.has_value()) {
    model->add_not_understood(absl::StrCat("config.json: ", *key, ": ",
                                           JsonText(*FindMember(config, *key)),
                                           " is not supported"));
  } else if (!IsOverruled(*key, *model)) {
    model->set_hidden_act(std::string(name));
  }
}

absl::Status ReadPartialRotation(JsonValue config, absl::string_view model_type,
                                 ModelConfig* model) {
  // Transformers 5 has it with the other parameters of rotation.
  std::optional<JsonValue> object = FindMember(config, "rope_parameters");
  if (!object.has_value() || !FindFirst(*object, kParts).has_value()) {
    object = config;
  }
  const auto key = FindFirst(*object, kParts);
  std::optional<double> part =
      HuggingFaceDefault(model_type, "partial_rotary_factor");
  if (key.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(part, FindConfigNumber(*object, *key));
  }
  if (!part.has_value()) return absl::OkStatus();
  const double dimensions = static_cast<double>(model->head_dim()) * *part;
  if (*part > 1 || dimensions < 1) {
    return ConfigError(key.value_or(kParts[0]),
                       absl::StrCat("is ", *part,
                                    ", expected a part of a head "
                                    "of ",
                                    model->head_dim()));
  }
  model->set_rope_dimension_count(static_cast<uint64_t>(dimensions));
  return absl::OkStatus();
}

absl::Status ReadQueryScale(JsonValue config, absl::string_view model_type,
                            ModelConfig* model) {
  const std::optional<double> missing =
      HuggingFaceDefault(model_type, kQueryScalar);
  if (!missing.has_value()) {
    if (const auto value = FindMember(config, kQueryScalar)) {
      model->add_not_understood(NotUnderstood(kQueryScalar, *value));
    }
    return absl::OkStatus();
  }
  TESSERA_ASSIGN_OR_RETURN(const auto value,
                           FindConfigNumber(config, kQueryScalar));
  const double scalar = value.value_or(*missing);
  if (scalar != static_cast<double>(model->head_dim())) {
    model->set_attention_scale(static_cast<float>(1 / std::sqrt(scalar)));
  }
  return absl::OkStatus();
}

}  // namespace tessera
