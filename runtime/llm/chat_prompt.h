// A conversation as token ids.
#ifndef RUNTIME_LLM_CHAT_PROMPT_H_
#define RUNTIME_LLM_CHAT_PROMPT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/chat/conversation.h"
#include "runtime/chat/marked_text.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// What a chat template made, as ids. The template writes begin of text itself,
// if the model wants it; and what people wrote never becomes a control token.
std::vector<int32_t> EncodeChat(const MarkedText& text,
                                const Tokenizer& tokenizer);

struct ChatPrompt {
  std::string text;
  std::vector<int32_t> ids;
};

// What the model is to continue. Errors as Conversation::Prompt.
absl::StatusOr<ChatPrompt> MakeChatPrompt(const Conversation& conversation,
                                          const Tokenizer& tokenizer);

}  // namespace tessera

#endif  // RUNTIME_LLM_CHAT_PROMPT_H_
