#include "converter/source/gguf_chat_templates.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "simdjson.h"

namespace tessera {
namespace {

constexpr absl::string_view kKey = "tokenizer.chat_template";
constexpr absl::string_view kNamedPrefix = "tokenizer.chat_template.";
constexpr absl::string_view kNames = "tokenizer.chat_templates";
constexpr absl::string_view kDefault = "default";

bool IsText(absl::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

// Protocol buffers hold text in UTF-8 only.
absl::StatusOr<std::string> ReadText(const GgufMetadata& metadata,
                                     absl::string_view key) {
  TESSERA_ASSIGN_OR_RETURN(const absl::string_view text,
                           metadata.GetString(key));
  if (IsText(text) && IsText(key)) return std::string(text);
  return absl::DataLossError(absl::StrCat(key, ": not UTF-8"));
}

std::string PlainName(absl::string_view name) {
  std::string plain(name);
  for (char& c : plain) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return plain;
}

}  // namespace

absl::Status ReadChatTemplates(const GgufMetadata& metadata,
                               TokenizerData* data) {
  if (metadata.Find(kKey) != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(*data->mutable_chat_template(),
                             ReadText(metadata, kKey));
  }
  for (const GgufMetadataEntry& entry : metadata.entries()) {
    absl::string_view name = entry.key;
    if (!absl::ConsumePrefix(&name, kNamedPrefix)) continue;
    TESSERA_ASSIGN_OR_RETURN(std::string text, ReadText(metadata, entry.key));
    if (name == kDefault) {
      if (data->chat_template().empty()) data->set_chat_template(text);
      continue;
    }
    TokenizerData::NamedTemplate* named = data->add_named_chat_template();
    named->set_name(std::string(name));
    named->set_text(std::move(text));
  }
  return absl::OkStatus();
}

void AppendChatTemplates(const TokenizerData& data, GgufMetadata* metadata) {
  std::vector<std::string> names;
  for (const TokenizerData::NamedTemplate& named : data.named_chat_template()) {
    std::string name = PlainName(named.name());
    if (name.empty()) continue;
    if (metadata->Append(absl::StrCat(kNamedPrefix, name),
                         GgufValue::String(named.text()))) {
      names.push_back(std::move(name));
    }
  }
  if (!names.empty()) {
    const std::vector<absl::string_view> views(names.begin(), names.end());
    metadata->Append(kNames, GgufValue::StringArray(views));
  }
  if (!data.chat_template().empty()) {
    metadata->Append(kKey, GgufValue::String(data.chat_template()));
  }
}

}  // namespace tessera
