#include "formats/model/hugging_face_config.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "formats/model/complete_config.h"
#include "formats/model/config_field.h"
#include "formats/model/hugging_face_fields.h"
#include "formats/model/hugging_face_graph.h"
#include "formats/model/hugging_face_keys.h"
#include "formats/model/hugging_face_layers.h"
#include "formats/model/hugging_face_quantization.h"
#include "formats/model/hugging_face_rope.h"
#include "formats/model/hugging_face_value.h"

namespace tessera {
namespace {

// Read here, besides those of the files that are included.
constexpr absl::string_view kReadKeys[] = {"bos_token_id", "eos_token_id",
                                           "model_type", "quantization_config"};

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

// How `json` calls a field of the configuration; its own name, if not at all.
absl::string_view KeyOf(JsonValue json, absl::string_view field) {
  for (const absl::string_view key :
       absl::StrSplit(ConfigFieldNamed(field).hugging_face_keys, '|')) {
    if (!key.empty() && FindMember(json, key).has_value()) return key;
  }
  return field;
}

bool IsReadKey(absl::string_view key) {
  return IsLayerKey(key) || IsGraphKey(key) || IsRopeKey(key) ||
         std::find(std::begin(kReadKeys), std::end(kReadKeys), key) !=
             std::end(kReadKeys);
}

// Fields come first: some are read with the layers too, but not of all.
bool IsUnderstood(const JsonMember& member, JsonValue json,
                  const Architecture& architecture) {
  if (member.value.is_null()) return true;
  if (IsFieldKey(member.key)) {
    return IsFieldKeyUnderstood(member.key, member.value, json, architecture);
  }
  // How experts are chosen, where there are none.
  if (architecture.feed_forward != FeedForwardKind::kExperts &&
      IsExpertConfigKey(member.key)) {
    return true;
  }
  return IsReadKey(member.key) || IsHarmlessConfigKey(member.key, member.value);
}

// Every key that is neither read nor known to be harmless.
void RecordTheRest(JsonValue json, absl::Span<const JsonMember> members,
                   const Architecture& architecture, ModelConfig* model) {
  for (const JsonMember& member : members) {
    if (IsUnderstood(member, json, architecture)) continue;
    model->add_not_understood(NotUnderstood(member.key, member.value));
  }
}

absl::Status ReadDescribed(JsonValue json, absl::Span<const JsonMember> members,
                           HuggingFaceConfig* config) {
  ModelConfig& model = config->model;
  const Architecture& architecture = *config->architecture;
  const absl::string_view type = FindText(json, "model_type");
  TESSERA_RETURN_IF_ERROR(ReadHuggingFaceFields(json, architecture, &model));
  if (SaysNoExperts(json)) {
    model.clear_num_experts_per_tok();
    model.clear_moe_intermediate_size();
  }
  DeriveConfigFields(&architecture, &model);
  if (architecture.rope_pairs != RopePairs::kNone) {
    TESSERA_RETURN_IF_ERROR(ReadPartialRotation(json, type, &model));
    TESSERA_RETURN_IF_ERROR(ReadHuggingFaceRope(json, architecture, &model,
                                                &config->long_rope_factors));
  }
  TESSERA_RETURN_IF_ERROR(ReadHuggingFaceLayers(json, architecture, &model));
  TESSERA_RETURN_IF_ERROR(ReadQueryScale(json, type, &model));
  ReadHuggingFaceActivation(json, architecture, &model);
  RecordTheRest(json, members, architecture, &model);
  return CheckConfigFields(model, architecture, [&](absl::string_view field) {
    return absl::StrCat("config.json: ", KeyOf(json, field));
  });
}

void ReadUndescribed(JsonValue json, HuggingFaceConfig* config) {
  ModelConfig& model = config->model;
  ReadHuggingFaceFieldsLeniently(json, &model);
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
  if (!config->multimodal) return absl::OkStatus();
  // Whether the part about text lacks it or has a default, nobody knows.
  TESSERA_ASSIGN_OR_RETURN(const auto members, Members(root));
  for (const JsonMember& member : members) {
    const bool is_read = IsFieldKey(member.key) || IsLayerKey(member.key) ||
                         IsRopeKey(member.key);
    if (is_read && member.key != kTied && !member.value.is_null() &&
        !FindMember(text, member.key).has_value()) {
      config->model.add_not_understood(absl::StrCat(
          NotUnderstood(member.key, member.value), " outside of text_config"));
    }
  }
  return absl::OkStatus();
}

// Classes whose logits are those of the next token. Others have another head,
// or none; those without may share the embedding as theirs.
void CheckTask(JsonValue root, ModelConfig* model) {
  const auto classes = FindMember(root, "architectures");
  if (!classes.has_value() || !classes->is_array()) return;
  const auto names = JsonElements(*classes);
  if (!names.ok() || names->empty()) return;
  for (const JsonValue element : *names) {
    const absl::StatusOr<absl::string_view> name = JsonString(element);
    if (!name.ok()) return;
    if (absl::EndsWith(*name, "ForCausalLM") ||
        absl::EndsWith(*name, "LMHeadModel") ||
        absl::EndsWith(*name, "ForConditionalGeneration") ||
        (absl::EndsWith(*name, "Model") && model->tie_word_embeddings())) {
      return;
    }
  }
  model->add_not_understood(
      absl::StrCat(NotUnderstood("architectures", *classes),
                   ": no class that predicts tokens"));
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
  if (config.architecture != nullptr && SaysNoExperts(text) &&
      !config.architecture->hugging_face_without_experts.empty()) {
    config.architecture = FindHuggingFaceArchitecture(
        config.architecture->hugging_face_without_experts);
  }
  config.hugging_face_type = std::string(type);
  for (const JsonMember& member : members) {
    bool flag = false;
    if (member.value.get(flag) == simdjson::SUCCESS) {
      config.flags.emplace(member.key, flag);
    }
  }
  config.model.set_model_type(std::string(
      config.architecture != nullptr ? config.architecture->name : type));
  if (config.architecture != nullptr) {
    TESSERA_RETURN_IF_ERROR(ReadDescribed(text, members, &config));
    TESSERA_RETURN_IF_ERROR(ReadOutside(root, text, &config));
    CheckTask(root, &config.model);
  } else {
    ReadUndescribed(text, &config);
  }
  TESSERA_RETURN_IF_ERROR(ReadHuggingFaceQuantization(root, &config));
  const std::vector<uint32_t> bos = FindIdsIn(text, root, "bos_token_id");
  if (!bos.empty()) config.bos_token_id = bos.front();
  config.eos_token_ids = FindIdsIn(text, root, "eos_token_id");
  return config;
}

}  // namespace tessera
