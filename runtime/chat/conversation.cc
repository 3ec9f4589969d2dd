#include "runtime/chat/conversation.h"

#include <optional>

#include "base/status_macros.h"
#include "runtime/chat/json_values.h"
#include "runtime/chat/model_templates.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera {
namespace {

absl::StatusOr<jinja::Value> MessageValue(jinja::ValueHeap& heap,
                                          absl::string_view role,
                                          const std::string& content) {
  TESSERA_ASSIGN_OR_RETURN(jinja::DictObject * message, heap.Dict());
  TESSERA_ASSIGN_OR_RETURN(const jinja::Value role_value,
                           jinja::RoleValue(heap, role));
  TESSERA_ASSIGN_OR_RETURN(const jinja::Value text,
                           heap.Text(content, /*outside=*/true));
  message->Set("role", role_value);
  message->Set("content", text);
  return jinja::Value::Of(jinja::ValueKind::kDict, message);
}

}  // namespace

absl::StatusOr<Conversation> Conversation::Create(
    const TokenizerData& tokenizer, std::string system_prompt) {
  TESSERA_ASSIGN_OR_RETURN(
      const std::string source,
      ChooseChatTemplate(tokenizer, std::nullopt, /*has_tools=*/false));
  TESSERA_ASSIGN_OR_RETURN(ChatTemplate parsed, ChatTemplate::Parse(source));
  return Conversation(tokenizer, std::move(parsed), std::move(system_prompt));
}

std::string Conversation::TakeLast() {
  if (turns_.empty()) return "";
  std::string content = std::move(turns_.back().content);
  turns_.pop_back();
  return content;
}

bool Conversation::ForgetOldestTurn() {
  size_t next = 1;
  while (next < turns_.size() && turns_[next].role != "user") ++next;
  if (next >= turns_.size()) return false;
  turns_.erase(turns_.begin(),
               turns_.begin() + static_cast<std::ptrdiff_t>(next));
  return true;
}

absl::StatusOr<MarkedText> Conversation::Prompt(absl::Time now,
                                                absl::TimeZone zone) const {
  jinja::ValueHeap heap{jinja::Limits()};
  std::vector<jinja::Value> messages;
  if (!system_prompt_.empty()) {
    TESSERA_ASSIGN_OR_RETURN(jinja::Value message,
                             MessageValue(heap, "system", system_prompt_));
    messages.push_back(std::move(message));
  }
  for (const Message& turn : turns_) {
    TESSERA_ASSIGN_OR_RETURN(jinja::Value message,
                             MessageValue(heap, turn.role, turn.content));
    messages.push_back(std::move(message));
  }
  TESSERA_ASSIGN_OR_RETURN(jinja::DictObject * variables, heap.Dict());
  TESSERA_ASSIGN_OR_RETURN(const jinja::Value list,
                           heap.List(std::move(messages)));
  variables->Set("messages", list);
  variables->Set("tools", jinja::Value::None());
  variables->Set("documents", jinja::Value::None());
  variables->Set("add_generation_prompt", jinja::Value::Bool(true));
  SetSpecialTokens(*tokenizer_, variables);
  return template_.Render(heap, *variables, now, zone);
}

}  // namespace tessera
