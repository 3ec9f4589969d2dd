#include "formats/model/hugging_face_graph.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/activation.h"
#include "formats/model/hugging_face_defaults.h"
#include "formats/model/hugging_face_readers.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

// Of several, the first counts.
constexpr absl::string_view kActivations[] = {"hidden_activation", "hidden_act",
                                              "activation_function"};
constexpr absl::string_view kParts[] = {"partial_rotary_factor", "rotary_pct"};
constexpr absl::string_view kQueryScalar = "query_pre_attn_scalar";

// The first of `keys` that is there and that the class of `model_type` reads.
template <typename Keys>
std::optional<absl::string_view> FindFirst(JsonValue config,
                                           absl::string_view model_type,
                                           const Keys& keys) {
  for (const absl::string_view key : keys) {
    if (FindMember(config, key).has_value() &&
        ReadsConfigKey(model_type, key)) {
      return key;
    }
  }
  return std::nullopt;
}

// Those of `keys` that another model would read, and that say something else
// than `read`, which is the one that this does.
template <typename Keys>
void RecordOthers(JsonValue config, absl::string_view model_type,
                  const Keys& keys, std::optional<absl::string_view> read,
                  ModelConfig* model) {
  for (const absl::string_view key : keys) {
    const auto value = FindMember(config, key);
    if (!value.has_value() || ReadsConfigKey(model_type, key) ||
        SaysNothing(key, *value)) {
      continue;
    }
    const bool is_alike =
        read.has_value() && simdjson::minify(*value) ==
                                simdjson::minify(*FindMember(config, *read));
    if (!is_alike) model->add_not_understood(NotUnderstood(key, *value));
  }
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
  const absl::string_view type = FindText(config, "model_type");
  const auto key = FindFirst(config, type, kActivations);
  RecordOthers(config, type, kActivations, key, model);
  if (!key.has_value()) {
    // What its class has then is not what GGUF's model computes.
    if (type == "gpt_neox") model->set_hidden_act("gelu");
    return;
  }
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

namespace {

// Transformers 5 has it with the other parameters of rotation, of all layers or
// of each kind; before, it stands by itself.
JsonValue PlaceOfPart(JsonValue config, absl::string_view model_type,
                      ModelConfig* model) {
  const std::optional<JsonValue> parameters =
      FindMember(config, "rope_parameters");
  if (!parameters.has_value()) return config;
  std::vector<JsonValue> places;
  for (const absl::string_view kind : {"full_attention", "sliding_attention"}) {
    const auto place = FindMember(*parameters, kind);
    if (place.has_value()) places.push_back(*place);
  }
  if (places.empty()) places.push_back(*parameters);
  std::vector<std::string> parts;
  for (const JsonValue place : places) {
    const auto key = FindFirst(place, model_type, kParts);
    parts.push_back(key.has_value() ? simdjson::minify(*FindMember(place, *key))
                                    : "");
  }
  if (parts.front() != parts.back()) {
    model->add_not_understood(NotUnderstood("rope_parameters", *parameters));
  }
  return parts.front().empty() ? config : places.front();
}

}  // namespace

absl::Status ReadPartialRotation(JsonValue config, absl::string_view model_type,
                                 ModelConfig* model) {
  const JsonValue object = PlaceOfPart(config, model_type, model);
  const auto key = FindFirst(object, model_type, kParts);
  RecordOthers(config, model_type, kParts,
               FindFirst(config, model_type, kParts), model);
  std::optional<double> part =
      HuggingFaceDefault(model_type, "partial_rotary_factor");
  if (key.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(part, FindConfigNumber(object, *key));
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
