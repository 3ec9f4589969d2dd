#include "runtime/llm/chat_prompt.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"

namespace tessera {

std::vector<int32_t> EncodeChat(const MarkedText& text,
                                const Tokenizer& tokenizer) {
  Tokenizer::EncodeOptions options;
  options.add_special = false;
  options.parse_special = true;
  options.plain = text.outside();
  return tokenizer.Encode(text.bytes(), options);
}

absl::StatusOr<ChatPrompt> MakeChatPrompt(const Conversation& conversation,
                                          const Tokenizer& tokenizer) {
  TESSERA_ASSIGN_OR_RETURN(
      const MarkedText text,
      conversation.Prompt(absl::Now(), absl::LocalTimeZone()));
  return ChatPrompt{text.bytes(), EncodeChat(text, tokenizer)};
}

}  // namespace tessera
