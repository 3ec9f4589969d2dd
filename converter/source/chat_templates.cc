#include "converter/source/chat_templates.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_member.h"
#include "simdjson.h"

namespace tessera {
namespace {

constexpr absl::string_view kKey = "chat_template";
constexpr absl::string_view kDefault = "default";

using Templates = std::map<std::string, std::string>;

absl::Status Damaged(absl::string_view file, absl::string_view problem) {
  return absl::DataLossError(absl::StrCat(file, ": ", kKey, " ", problem));
}

absl::Status AddList(absl::string_view file, JsonValue list,
                     Templates* templates) {
  TESSERA_ASSIGN_OR_RETURN(const auto entries, JsonElements(list));
  for (const JsonValue entry : entries) {
    const auto name = FindMember(entry, "name");
    const auto text = FindMember(entry, "template");
    if (!name.has_value() || !name->is_string() || !text.has_value() ||
        !text->is_string()) {
      return Damaged(file, "has an entry without a name and a template");
    }
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view key, JsonString(*name));
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view value, JsonString(*text));
    (*templates)[std::string(key)] = std::string(value);
  }
  return absl::OkStatus();
}

absl::Status AddObject(absl::string_view file, JsonValue object,
                       Templates* templates) {
  const auto members = JsonMembers(object);
  if (!members.ok()) return Damaged(file, members.status().message());
  for (const JsonMember& member : *members) {
    const auto text = JsonString(member.value);
    if (!text.ok()) {
      return Damaged(file, absl::StrCat("named ", Quoted(member.key), " ",
                                        text.status().message()));
    }
    (*templates)[std::string(member.key)] = std::string(*text);
  }
  return absl::OkStatus();
}

absl::StatusOr<Templates> FromJson(absl::string_view file,
                                   const std::optional<JsonValue>& root) {
  Templates templates;
  const auto value =
      root.has_value() ? FindMember(*root, kKey) : std::optional<JsonValue>();
  if (!value.has_value()) return templates;
  if (value->is_array()) {
    TESSERA_RETURN_IF_ERROR(AddList(file, *value, &templates));
  } else if (value->is_object()) {
    TESSERA_RETURN_IF_ERROR(AddObject(file, *value, &templates));
  } else {
    const auto text = JsonString(*value);
    if (!text.ok()) return Damaged(file, text.status().message());
    templates[std::string(kDefault)] = std::string(*text);
  }
  return templates;
}

// The text of a file, as Python opens one.
absl::StatusOr<std::string> FromFile(absl::string_view file,
                                     const std::string& bytes) {
  if (!simdjson::validate_utf8(bytes)) {
    return absl::DataLossError(absl::StrCat(file, " is not UTF-8"));
  }
  return absl::StrReplaceAll(bytes, {{"\r\n", "\n"}, {"\r", "\n"}});
}

absl::StatusOr<Templates> FromJinja(const ChatTemplateSources& sources) {
  Templates templates;
  if (sources.jinja.has_value()) {
    TESSERA_ASSIGN_OR_RETURN(templates[std::string(kDefault)],
                             FromFile("chat_template.jinja", *sources.jinja));
  }
  for (const auto& [name, bytes] : sources.additional_jinja) {
    const std::string file =
        absl::StrCat("additional_chat_templates/", name, ".jinja");
    TESSERA_ASSIGN_OR_RETURN(templates[name], FromFile(file, bytes));
  }
  return templates;
}

}  // namespace

absl::Status SetChatTemplates(const ChatTemplateSources& sources,
                              TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(Templates templates, FromJinja(sources));
  if (templates.empty()) {
    TESSERA_ASSIGN_OR_RETURN(
        templates, FromJson("tokenizer_config.json", sources.tokenizer_config));
  }
  if (templates.empty()) {
    TESSERA_ASSIGN_OR_RETURN(
        templates, FromJson("chat_template.json", sources.chat_template_json));
  }
  for (auto& [name, text] : templates) {
    if (name == kDefault) {
      data->set_chat_template(std::move(text));
      continue;
    }
    TokenizerData::NamedTemplate* named = data->add_named_chat_template();
    named->set_name(name);
    named->set_text(std::move(text));
  }
  return absl::OkStatus();
}

}  // namespace tessera
