// The chat templates of a model, and what it gives them.
#ifndef RUNTIME_CHAT_MODEL_TEMPLATES_H_
#define RUNTIME_CHAT_MODEL_TEMPLATES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/chat/value.h"

namespace tessera {

// The template that transformers would choose: the one named `wanted`, or
// `wanted` itself if there is none of that name; without `wanted`, "tool_use"
// if there are tools and such a template, else the default one.
// InvalidArgument, saying what helps, if the model has none.
absl::StatusOr<std::string> ChooseChatTemplate(
    const TokenizerData& tokenizer, const std::optional<std::string>& wanted,
    bool has_tools);

// Sets bos_token, eos_token, unk_token and pad_token, as far as the model has
// them, where `variables` does not.
void SetSpecialTokens(const TokenizerData& tokenizer,
                      jinja::DictObject* variables);

}  // namespace tessera

#endif  // RUNTIME_CHAT_MODEL_TEMPLATES_H_
