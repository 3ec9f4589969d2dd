#include "formats/model/hugging_face_config.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/activation.h"
#include "formats/model/complete_config.h"
#include "formats/model/config_field.h"
#include "formats/model/hugging_face_keys.h"
#include "formats/model/hugging_face_rope.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

// Read below, besides those of config_fields.inc.
constexpr absl::string_view kReadKeys[] = {
    "bos_token_id",      "eos_token_id",       "hidden_act",
    "hidden_activation", "layer_types",        "max_window_layers",
    "model_type",        "rope_parameters",    "rope_scaling",
    "rope_theta",        "use_sliding_window", "quantization_config"};

std::vector<absl::string_view> KeysOf(const ConfigField& field) {
  if (field.hugging_face_keys.empty()) return {};
  return absl::StrSplit(field.hugging_face_keys, '|');
}

// Sets `field` from the first of its keys that is there; false if none is.
absl::StatusOr<bool> ReadField(JsonValue config, const ConfigField& field,
                               ModelConfig* model) {
  const bool zero_is_none = field.hugging_face_missing.zero_is_none();
  for (const absl::string_view key : KeysOf(field)) {
    if (field.kind == ConfigKind::kFlag) {
      TESSERA_ASSIGN_OR_RETURN(const auto flag, FindConfigFlag(config, key));
      if (!flag.has_value()) continue;
      (model->*field.set_flag)(*flag);
    } else if (field.kind == ConfigKind::kNumber) {
      TESSERA_ASSIGN_OR_RETURN(const auto number,
                               FindConfigNumber(config, key));
      if (!number.has_value()) continue;
      SetConfigField(field, *number, model);
    } else {
      TESSERA_ASSIGN_OR_RETURN(const auto count,
                               FindConfigCount(config, key, zero_is_none));
      if (!count.has_value()) continue;
      (model->*field.set_count)(*count);
    }
    return true;
  }
  return false;
}

absl::Status ReadFields(JsonValue config, ModelConfig* model) {
  for (const ConfigField& field : AllConfigFields()) {
    TESSERA_ASSIGN_OR_RETURN(const bool found, ReadField(config, field, model));
    const IfMissing& missing = field.hugging_face_missing;
    if (found || missing.rule == IfMissing::Rule::kDerived) continue;
    if (missing.rule == IfMissing::Rule::kRequired) {
      return ConfigError(field.hugging_face_keys, "is missing");
    }
    if (missing.value != 0) SetConfigField(field, missing.value, model);
  }
  return absl::OkStatus();
}

// Of an architecture that is not described: what a value means, nobody knows.
void ReadFieldsLeniently(JsonValue config, ModelConfig* model) {
  for (const ConfigField& field : AllConfigFields()) {
    ReadField(config, field, model).IgnoreError();
  }
}

// One id or a list of them.
std::vector<uint32_t> FindIds(JsonValue config, absl::string_view key) {
  std::vector<uint32_t> ids;
  const std::optional<JsonValue> found = FindMember(config, key);
  if (!found.has_value()) return ids;
  std::vector<JsonValue> values = {*found};
  if (found->is_array()) values = *JsonElements(*found);
  for (const JsonValue value : values) {
    const absl::StatusOr<uint64_t> id = JsonUint(value);
    if (id.ok() && *id <= std::numeric_limits<uint32_t>::max()) {
      ids.push_back(static_cast<uint32_t>(*id));
    }
  }
  return ids;
}

// Sets hidden_act where it differs from the architecture's.
void ReadActivation(JsonValue config, const Architecture& architecture,
                    ModelConfig* model) {
  for (const absl::string_view key : {"hidden_act", "hidden_activation"}) {
    const std::optional<JsonValue> value = FindMember(config, key);
    if (!value.has_value()) continue;
    const absl::string_view name = FindText(config, key);
    const std::optional<Activation> activation = ActivationNamed(name);
    if (activation == architecture.activation) continue;
    if (activation.has_value()) {
      model->set_hidden_act(std::string(name));
      continue;
    }
    model->add_not_understood(absl::StrCat(
        "config.json: ", key, ": ", JsonText(*value), " is not supported"));
  }
}

// True if all elements of "layer_types" are `type`.
bool AllLayersAre(JsonValue layer_types, absl::string_view type) {
  const auto layers = JsonElements(layer_types);
  return layers.ok() &&
         std::all_of(layers->begin(), layers->end(), [&](JsonValue layer) {
           const auto text = JsonString(layer);
           return text.ok() && *text == type;
         });
}

// A window that some layers have and others do not is not understood.
absl::Status ReadWindow(JsonValue config, ModelConfig* model) {
  TESSERA_ASSIGN_OR_RETURN(const auto used,
                           FindConfigFlag(config, "use_sliding_window"));
  const auto types = FindMember(config, "layer_types");
  const bool none = types.has_value() && AllLayersAre(*types, "full_attention");
  if (!used.value_or(true) || none) model->set_sliding_window(0);
  const bool windowed = model->sliding_window() != 0;
  if (types.has_value() && !none &&
      !(windowed && AllLayersAre(*types, "sliding_attention"))) {
    model->add_not_understood(NotUnderstood("layer_types", *types));
  }
  const auto first = FindMember(config, "max_window_layers");
  if (windowed && first.has_value() && JsonUint(*first).value_or(1) != 0) {
    model->add_not_understood(NotUnderstood("max_window_layers", *first));
  }
  return absl::OkStatus();
}

// Scaled float8 weights are read as what they stand for; nothing else is.
bool IsReadableQuantization(JsonValue quantization) {
  const absl::string_view method = FindText(quantization, "quant_method");
  return method.empty() || method == "fp8" ||
         (method == "compressed-tensors" &&
          FindText(quantization, "format") == "float-quantized");
}

// "weight_block_size": [rows, columns] of "quantization_config".
absl::Status ReadQuantization(JsonValue json, HuggingFaceConfig* config) {
  constexpr absl::string_view kKey = "quantization_config";
  const std::optional<JsonValue> quantization = FindMember(json, kKey);
  if (!quantization.has_value()) return absl::OkStatus();
  if (!IsReadableQuantization(*quantization)) {
    config->model.add_not_understood(absl::StrCat(
        "config.json: ", kKey, " of method ",
        Quoted(FindText(*quantization, "quant_method")), " is not supported"));
  }
  const auto value = FindMember(*quantization, "weight_block_size");
  if (!value.has_value()) return absl::OkStatus();
  const absl::StatusOr<std::vector<uint64_t>> sizes = JsonUintArray(*value);
  const auto is_size = [](uint64_t size) {
    return size > 0 && size <= kMaxConfigCount;
  };
  if (!sizes.ok() || sizes->size() != 2 || !is_size((*sizes)[0]) ||
      !is_size((*sizes)[1])) {
    return ConfigError("weight_block_size",
                       absl::StrCat("is ", JsonText(*value),
                                    ", expected two positive integers"));
  }
  config->float8_block_rows = (*sizes)[0];
  config->float8_block_columns = (*sizes)[1];
  return absl::OkStatus();
}

bool IsReadKey(absl::string_view key) {
  if (std::find(std::begin(kReadKeys), std::end(kReadKeys), key) !=
      std::end(kReadKeys)) {
    return true;
  }
  for (const ConfigField& field : AllConfigFields()) {
    for (const absl::string_view own : KeysOf(field)) {
      if (own == key) return true;
    }
  }
  return false;
}

absl::Status ReadDescribed(JsonValue json, absl::Span<const JsonMember> members,
                           HuggingFaceConfig* config) {
  ModelConfig& model = config->model;
  TESSERA_RETURN_IF_ERROR(ReadFields(json, &model));
  TESSERA_RETURN_IF_ERROR(ReadHuggingFaceRope(json, &model));
  TESSERA_RETURN_IF_ERROR(ReadWindow(json, &model));
  ReadActivation(json, *config->architecture, &model);
  DeriveConfigFields(&model);
  for (const JsonMember& member : members) {
    if (member.value.is_null() || IsReadKey(member.key) ||
        IsHarmlessConfigKey(member.key, member.value)) {
      continue;
    }
    model.add_not_understood(NotUnderstood(member.key, member.value));
  }
  return CheckConfigFields(model, *config->architecture,
                           [](absl::string_view field) {
                             return absl::StrCat("config.json: ", field);
                           });
}

void ReadUndescribed(JsonValue json, HuggingFaceConfig* config) {
  ModelConfig& model = config->model;
  ReadFieldsLeniently(json, &model);
  DeriveConfigFields(&model);
  model.add_not_understood(
      FindMember(json, "model_type").has_value()
          ? absl::StrCat("config.json: model_type: ",
                         Quoted(FindText(json, "model_type")), " is not known")
          : "config.json: model_type is missing");
}

}  // namespace

absl::StatusOr<HuggingFaceConfig> ParseHuggingFaceConfig(
    absl::string_view json) {
  const absl::StatusOr<JsonDocument> document = JsonDocument::Parse(json);
  if (!document.ok()) {
    return absl::DataLossError(
        absl::StrCat("config.json ", document.status().message()));
  }
  const JsonValue root = document->root();
  const auto members = JsonMembers(root);
  if (!members.ok()) {
    return absl::DataLossError(
        absl::StrCat("config.json ", members.status().message()));
  }
  HuggingFaceConfig config;
  const absl::string_view type = FindText(root, "model_type");
  config.architecture = FindHuggingFaceArchitecture(type);
  config.model.set_model_type(std::string(
      config.architecture != nullptr ? config.architecture->name : type));
  if (config.architecture != nullptr) {
    TESSERA_RETURN_IF_ERROR(ReadDescribed(root, *members, &config));
  } else {
    ReadUndescribed(root, &config);
  }
  TESSERA_RETURN_IF_ERROR(ReadQuantization(root, &config));
  const std::vector<uint32_t> bos = FindIds(root, "bos_token_id");
  if (!bos.empty()) config.bos_token_id = bos.front();
  config.eos_token_ids = FindIds(root, "eos_token_id");
  return config;
}

}  // namespace tessera
