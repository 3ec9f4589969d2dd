#include "formats/model/hugging_face_config.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/complete_config.h"
#include "formats/model/config_field.h"
#include "formats/model/hugging_face_defaults.h"
#include "formats/model/hugging_face_graph.h"
#include "formats/model/hugging_face_keys.h"
#include "formats/model/hugging_face_layers.h"
#include "formats/model/hugging_face_rope.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

// Read below, besides those of config_fields.inc.
constexpr absl::string_view kReadKeys[] = {
    "bos_token_id",        "eos_token_id",
    "model_type",          "original_max_position_embeddings",
    "quantization_config", "rope_parameters",
    "rope_scaling"};

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
                               FindConfigNumber(config, key, zero_is_none));
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

// True if a key of `field` is there, null or not.
bool IsMentioned(JsonValue config, const ConfigField& field) {
  for (const absl::string_view key : KeysOf(field)) {
    const std::string_view name(key.data(), key.size());
    if (config[name].error() == simdjson::SUCCESS) return true;
  }
  return false;
}

// What the lack of `field` means: to its model_type, to its architecture, to
// all. A null says that there is no such thing, where that can be.
IfMissing MissingOf(JsonValue config, const ConfigField& field,
                    const Architecture& architecture,
                    const ModelConfig& model) {
  const IfMissing& missing = field.hugging_face_missing;
  if (missing.zero_is_none() && IsMentioned(config, field)) return missing;
  std::optional<double> own =
      HuggingFaceDefault(FindText(config, "model_type"), field.name);
  if (!own.has_value()) own = DefaultOf(field, architecture, model);
  if (!own.has_value()) return missing;
  return {IfMissing::Rule::kDefault, *own};
}

absl::Status ReadFields(JsonValue config, const Architecture& architecture,
                        ModelConfig* model) {
  for (const ConfigField& field : AllConfigFields()) {
    if (!HasConfigField(field, &architecture)) continue;
    TESSERA_ASSIGN_OR_RETURN(const bool found, ReadField(config, field, model));
    if (found) continue;
    const IfMissing missing = MissingOf(config, field, architecture, *model);
    if (missing.rule == IfMissing::Rule::kDerived) continue;
    if (missing.rule == IfMissing::Rule::kRequired) {
      return ConfigError(KeysOf(field).front(), "is missing");
    }
    if (missing.value != 0) SetConfigField(field, missing.value, model);
  }
  // What GPT-2 leaves out.
  if (model->intermediate_size() == 0) {
    model->set_intermediate_size(4 * model->hidden_size());
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
  if (IsLayerKey(key) || IsGraphKey(key) ||
      std::find(std::begin(kReadKeys), std::end(kReadKeys), key) !=
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
  const Architecture& architecture = *config->architecture;
  const absl::string_view type = FindText(json, "model_type");
  TESSERA_RETURN_IF_ERROR(ReadFields(json, architecture, &model));
  DeriveConfigFields(&architecture, &model);
  if (architecture.rope_pairs != RopePairs::kNone) {
    TESSERA_RETURN_IF_ERROR(ReadPartialRotation(json, type, &model));
    TESSERA_RETURN_IF_ERROR(ReadHuggingFaceRope(json, architecture, &model,
                                                &config->long_rope_factors));
  }
  TESSERA_RETURN_IF_ERROR(ReadHuggingFaceLayers(json, architecture, &model));
  TESSERA_RETURN_IF_ERROR(ReadQueryScale(json, type, &model));
  ReadHuggingFaceActivation(json, architecture, &model);
  for (const JsonMember& member : members) {
    if (member.value.is_null() || IsReadKey(member.key) ||
        IsHarmlessConfigKey(member.key, member.value)) {
      continue;
    }
    model.add_not_understood(NotUnderstood(member.key, member.value));
  }
  return CheckConfigFields(model, architecture, [](absl::string_view field) {
    return absl::StrCat("config.json: ", field);
  });
}

void ReadUndescribed(JsonValue json, HuggingFaceConfig* config) {
  ModelConfig& model = config->model;
  ReadFieldsLeniently(json, &model);
  DeriveConfigFields(nullptr, &model);
  model.add_not_understood(
      FindMember(json, "model_type").has_value()
          ? absl::StrCat("config.json: model_type: ",
                         Quoted(FindText(json, "model_type")), " is not known")
          : "config.json: model_type is missing");
}

absl::StatusOr<std::vector<JsonMember>> Members(JsonValue object) {
  auto members = JsonMembers(object);
  if (members.ok()) return members;
  return absl::DataLossError(
      absl::StrCat("config.json ", members.status().message()));
}

// The part of a model of several modalities that is about text; of others, all.
JsonValue TextConfig(JsonValue root, HuggingFaceConfig* config) {
  const std::optional<JsonValue> text = FindMember(root, "text_config");
  if (!text.has_value() || !text->is_object()) return root;
  config->multimodal = true;
  return *text;
}

// What stands outside of the part about text, and is about text too.
absl::Status ReadOutside(JsonValue root, JsonValue text,
                         HuggingFaceConfig* config) {
  constexpr absl::string_view kTied = "tie_word_embeddings";
  TESSERA_ASSIGN_OR_RETURN(const auto tied, FindConfigFlag(root, kTied));
  if (tied.has_value() && !FindMember(text, kTied).has_value()) {
    config->model.set_tie_word_embeddings(*tied);
  }
  return absl::OkStatus();
}

// Ids of `key`, of the text or of the whole.
std::vector<uint32_t> FindIdsIn(JsonValue text, JsonValue root,
                                absl::string_view key) {
  std::vector<uint32_t> ids = FindIds(text, key);
  return ids.empty() ? FindIds(root, key) : ids;
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
  TESSERA_RETURN_IF_ERROR(Members(root).status());
  HuggingFaceConfig config;
  const JsonValue text = TextConfig(root, &config);
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                           Members(text));
  const absl::string_view type = FindText(text, "model_type");
  config.architecture = FindHuggingFaceArchitecture(type);
  config.model.set_model_type(std::string(
      config.architecture != nullptr ? config.architecture->name : type));
  if (config.architecture != nullptr) {
    TESSERA_RETURN_IF_ERROR(ReadDescribed(text, members, &config));
    TESSERA_RETURN_IF_ERROR(ReadOutside(root, text, &config));
  } else {
    ReadUndescribed(text, &config);
  }
  TESSERA_RETURN_IF_ERROR(ReadQuantization(root, &config));
  const std::vector<uint32_t> bos = FindIdsIn(text, root, "bos_token_id");
  if (!bos.empty()) config.bos_token_id = bos.front();
  config.eos_token_ids = FindIdsIn(text, root, "eos_token_id");
  return config;
}

}  // namespace tessera
