#include "converter/source/hf_token_roles.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/end_of_generation.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

absl::Status Unsupported(absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat(
      "tokenizer.json: post_processor ", what, " is not supported"));
}

absl::StatusOr<uint32_t> CheckId(absl::string_view where, uint64_t id,
                                 const TokenizerData& data) {
  const int tokens = data.token_length_size();
  if (id < static_cast<uint64_t>(tokens)) return static_cast<uint32_t>(id);
  return absl::DataLossError(
      absl::StrCat(where, " is ", id, ", but there are ", tokens, " tokens"));
}

// The id of a token that tokenizer_config.json gives as its text, or as an
// object with its text. nullopt if there is no such token.
std::optional<uint32_t> IdByText(const std::optional<JsonValue>& config,
                                 absl::string_view key, const HfTokenIds& ids) {
  const auto value = config.has_value() ? FindMember(*config, key)
                                        : std::optional<JsonValue>();
  if (!value.has_value()) return std::nullopt;
  const absl::string_view text =
      value->is_object() ? FindText(*value, "content") : FindText(*config, key);
  const auto found = ids.find(text);
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

// The ids under `key` of generation_config.json: one, or a list.
absl::StatusOr<std::vector<uint32_t>> IdsByNumber(
    const std::optional<JsonValue>& config, absl::string_view key,
    const TokenizerData& data) {
  std::vector<uint32_t> ids;
  const auto value = config.has_value() ? FindMember(*config, key)
                                        : std::optional<JsonValue>();
  if (!value.has_value()) return ids;
  const std::string where = absl::StrCat("generation_config.json: ", key);
  std::vector<JsonValue> elements = {*value};
  if (value->is_array()) {
    TESSERA_ASSIGN_OR_RETURN(elements, JsonElements(*value));
  }
  for (const JsonValue element : elements) {
    const absl::StatusOr<uint64_t> number = JsonUint(element);
    if (!number.ok()) {
      return absl::DataLossError(
          absl::StrCat(where, " ", number.status().message()));
    }
    TESSERA_ASSIGN_OR_RETURN(const uint32_t id, CheckId(where, *number, data));
    ids.push_back(id);
  }
  return ids;
}

// What a TemplateProcessing puts around a text.
struct Template {
  std::optional<uint32_t> before;
  std::optional<uint32_t> after;
};

absl::StatusOr<uint32_t> TemplateId(JsonValue processor, JsonValue special,
                                    const TokenizerData& data) {
  const absl::string_view name = FindText(special, "id");
  const auto tokens = FindMember(processor, "special_tokens");
  const auto token = tokens.has_value() ? FindMember(*tokens, name)
                                        : std::optional<JsonValue>();
  const auto list = token.has_value() ? FindMember(*token, "ids")
                                      : std::optional<JsonValue>();
  if (!list.has_value()) {
    return absl::DataLossError(absl::StrCat(
        "tokenizer.json: post_processor has no ids for ", Quoted(name)));
  }
  const absl::StatusOr<std::vector<uint64_t>> ids = JsonUintArray(*list);
  if (!ids.ok() || ids->size() != 1) {
    return Unsupported(
        absl::StrCat("with other than one id for ", Quoted(name)));
  }
  return CheckId("tokenizer.json: post_processor's id", ids->front(), data);
}

absl::Status ReadTemplate(JsonValue processor, const TokenizerData& data,
                          Template* result) {
  const auto single = FindMember(processor, "single");
  const auto pieces =
      single.has_value()
          ? JsonElements(*single)
          : absl::StatusOr<std::vector<JsonValue>>(std::vector<JsonValue>());
  if (!pieces.ok()) return Unsupported("with a template of another form");
  bool text_seen = false;
  for (const JsonValue piece : *pieces) {
    if (FindMember(piece, "Sequence").has_value()) {
      text_seen = true;
      continue;
    }
    const auto special = FindMember(piece, "SpecialToken");
    std::optional<uint32_t>& place = text_seen ? result->after : result->before;
    if (!special.has_value() || place.has_value()) {
      return Unsupported("with more than one token before or behind the text");
    }
    TESSERA_ASSIGN_OR_RETURN(place, TemplateId(processor, *special, data));
  }
  return absl::OkStatus();
}

absl::StatusOr<Template> ReadPostProcessor(JsonValue tokenizer,
                                           const TokenizerData& data) {
  Template result;
  const auto root = FindMember(tokenizer, "post_processor");
  if (!root.has_value()) return result;
  std::vector<JsonValue> steps = {*root};
  if (FindText(*root, "type") == "Sequence") {
    const auto list = FindMember(*root, "processors");
    if (!list.has_value() || !list->is_array()) {
      return absl::DataLossError(
          "tokenizer.json: post_processor is a Sequence without processors");
    }
    TESSERA_ASSIGN_OR_RETURN(steps, JsonElements(*list));
  }
  for (const JsonValue step : steps) {
    const absl::string_view type = FindText(step, "type");
    if (type == "ByteLevel") continue;  // changes offsets only
    if (type != "TemplateProcessing") return Unsupported(Quoted(type));
    TESSERA_RETURN_IF_ERROR(ReadTemplate(step, data, &result));
  }
  return result;
}

absl::Status SetBegin(const HfRoleSources& sources, const HfTokenIds& ids,
                      std::optional<uint32_t> before, TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<uint32_t> generation,
      IdsByNumber(sources.generation_config, "bos_token_id", *data));
  std::optional<uint32_t> bos = before;
  if (!bos.has_value()) {
    bos = IdByText(sources.tokenizer_config, "bos_token", ids);
  }
  if (!bos.has_value() && !generation.empty()) bos = generation.front();
  if (!bos.has_value() && sources.bos_token_id.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(bos, CheckId("config.json: bos_token_id",
                                          *sources.bos_token_id, *data));
  }
  if (bos.has_value()) data->set_bos_id(*bos);
  return absl::OkStatus();
}

absl::Status SetEnds(const HfRoleSources& sources, const HfTokenIds& ids,
                     std::optional<uint32_t> after, TokenizerData* data) {
  std::vector<uint32_t> ends;
  if (after.has_value()) ends.push_back(*after);
  const auto by_text = IdByText(sources.tokenizer_config, "eos_token", ids);
  if (by_text.has_value()) ends.push_back(*by_text);
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<uint32_t> generation,
      IdsByNumber(sources.generation_config, "eos_token_id", *data));
  ends.insert(ends.end(), generation.begin(), generation.end());
  for (const uint32_t id : sources.eos_token_ids) {
    TESSERA_ASSIGN_OR_RETURN(const uint32_t checked,
                             CheckId("config.json: eos_token_id", id, *data));
    ends.push_back(checked);
  }
  if (!ends.empty()) data->set_eos_id(ends.front());
  SetEndOfGeneration(std::move(ends), data);
  return absl::OkStatus();
}

absl::Status SetFlags(const HfRoleSources& sources, const Template& around,
                      TokenizerData* data) {
  bool add_bos = around.before.has_value();
  bool add_eos = around.after.has_value();
  if (const auto& config = sources.tokenizer_config) {
    add_bos = FindBool(*config, "add_bos_token").value_or(add_bos);
    add_eos = FindBool(*config, "add_eos_token").value_or(add_eos);
  }
  if ((add_bos && !data->has_bos_id()) || (add_eos && !data->has_eos_id())) {
    return absl::DataLossError(absl::StrCat(
        "tokenizer_config.json: ", data->has_bos_id() ? "add_eos" : "add_bos",
        "_token is true, but there is no such token"));
  }
  data->set_add_bos(add_bos);
  data->set_add_eos(add_eos);
  return absl::OkStatus();
}

// A text, or a list of named ones of which "default" is meant.
absl::string_view FindChatTemplate(JsonValue config) {
  const auto value = FindMember(config, "chat_template");
  if (!value.has_value()) return "";
  const auto list = JsonElements(*value);
  if (!list.ok()) return FindText(config, "chat_template");
  for (const JsonValue entry : *list) {
    if (FindText(entry, "name") == "default") {
      return FindText(entry, "template");
    }
  }
  return "";
}

}  // namespace

absl::Status SetHfTokenRoles(const HfRoleSources& sources,
                             const HfTokenIds& ids, TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(const Template around,
                           ReadPostProcessor(sources.tokenizer, *data));
  TESSERA_RETURN_IF_ERROR(SetBegin(sources, ids, around.before, data));
  TESSERA_RETURN_IF_ERROR(SetEnds(sources, ids, around.after, data));
  TESSERA_RETURN_IF_ERROR(SetFlags(sources, around, data));
  const auto padding = IdByText(sources.tokenizer_config, "pad_token", ids);
  if (padding.has_value()) data->set_padding_id(*padding);
  auto unknown = IdByText(sources.tokenizer_config, "unk_token", ids);
  const auto model = FindMember(sources.tokenizer, "model");
  if (!unknown.has_value()) unknown = IdByText(model, "unk_token", ids);
  if (unknown.has_value()) data->set_unknown_id(*unknown);
  if (sources.tokenizer_config.has_value()) {
    const absl::string_view text = FindChatTemplate(*sources.tokenizer_config);
    data->set_chat_template(text.data(), text.size());
  }
  return absl::OkStatus();
}

}  // namespace tessera
