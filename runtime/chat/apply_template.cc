#include "runtime/chat/apply_template.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "runtime/chat/chat_template.h"
#include "runtime/chat/json_values.h"
#include "runtime/chat/model_templates.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera {

absl::StatusOr<MarkedText> ApplyTemplate(const TokenizerData& tokenizer,
                                         JsonValue json, absl::Time now,
                                         absl::TimeZone zone) {
  jinja::ValueHeap heap{jinja::Limits()};
  TESSERA_ASSIGN_OR_RETURN(const jinja::Value arguments,
                           jinja::ValueFromJson(heap, json));
  if (!arguments.IsDict()) {
    return absl::InvalidArgumentError(
        "expected an object with the key 'messages'");
  }
  auto& variables = arguments.as<jinja::DictObject>();
  for (const absl::string_view name : {"tools", "documents"}) {
    if (variables.Find(name) == nullptr) {
      variables.Set(name, jinja::Value::None());
    }
  }
  if (variables.Find("add_generation_prompt") == nullptr) {
    variables.Set("add_generation_prompt", jinja::Value::Bool(false));
  }
  std::optional<std::string> wanted;
  const jinja::Value* chosen = variables.Find("chat_template");
  if (chosen != nullptr && chosen->IsText()) wanted = chosen->bytes();
  TESSERA_ASSIGN_OR_RETURN(
      const std::string source,
      ChooseChatTemplate(tokenizer, wanted,
                         !variables.Find("tools")->IsNone()));
  SetSpecialTokens(tokenizer, &variables);
  TESSERA_ASSIGN_OR_RETURN(const ChatTemplate parsed,
                           ChatTemplate::Parse(source));
  return parsed.Render(heap, variables, now, zone);
}

}  // namespace tessera
