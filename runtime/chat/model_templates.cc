#include "runtime/chat/model_templates.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/quoted_list.h"

namespace tessera {
namespace {

// The template `name`; empty if there is none.
absl::string_view FindTemplate(const TokenizerData& tokenizer,
                               absl::string_view name) {
  for (const auto& one : tokenizer.named_chat_template()) {
    if (one.name() == name) return one.text();
  }
  return name == "default" ? absl::string_view(tokenizer.chat_template()) : "";
}

absl::string_view TokenText(const TokenizerData& tokenizer, uint32_t id) {
  uint64_t begin = 0;
  for (uint32_t i = 0; i < id; ++i) begin += tokenizer.token_length(i);
  return absl::string_view(tokenizer.token_text())
      .substr(begin, tokenizer.token_length(static_cast<int>(id)));
}

}  // namespace

absl::StatusOr<std::string> ChooseChatTemplate(
    const TokenizerData& tokenizer, const std::optional<std::string>& wanted,
    bool has_tools) {
  if (wanted.has_value()) {
    const absl::string_view named = FindTemplate(tokenizer, *wanted);
    return named.empty() ? *wanted : std::string(named);
  }
  if (has_tools) {
    const absl::string_view tools = FindTemplate(tokenizer, "tool_use");
    if (!tools.empty()) return std::string(tools);
  }
  const absl::string_view standard = FindTemplate(tokenizer, "default");
  if (!standard.empty()) return std::string(standard);
  std::string message = "the model has no chat template";
  std::vector<std::string> names;
  for (const auto& one : tokenizer.named_chat_template()) {
    names.push_back(one.name());
  }
  if (!names.empty()) {
    absl::StrAppend(&message, " called default, but ", QuotedList(names));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      message,
      "; convert from a source that has one (chat_template in "
      "tokenizer_config.json, chat_template.jinja, or "
      "tokenizer.chat_template in GGUF), or use --prompt without --chat"));
}

void SetSpecialTokens(const TokenizerData& tokenizer,
                      jinja::DictObject* variables) {
  const auto set = [&](absl::string_view name, bool has, uint32_t id) {
    if (!has || id >= static_cast<uint32_t>(tokenizer.token_length_size()) ||
        variables->Find(name) != nullptr) {
      return;
    }
    variables->Set(name, jinja::Value::Word(TokenText(tokenizer, id)));
  };
  set("bos_token", tokenizer.has_bos_id(), tokenizer.bos_id());
  set("eos_token", tokenizer.has_eos_id(), tokenizer.eos_id());
  set("unk_token", tokenizer.has_unknown_id(), tokenizer.unknown_id());
  set("pad_token", tokenizer.has_padding_id(), tokenizer.padding_id());
}

}  // namespace tessera
