#include "runtime/llm/chat_prompt.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "runtime/chat/marked_text.h"

namespace tessera {

absl::StatusOr<ChatPrompt> MakeChatPrompt(const Conversation& conversation,
                                          const Tokenizer& tokenizer) {
  TESSERA_ASSIGN_OR_RETURN(
      const MarkedText text,
      conversation.Prompt(absl::Now(), absl::LocalTimeZone()));
  Tokenizer::EncodeOptions options;
  options.add_special = false;
  options.parse_special = true;
  options.plain = text.outside();
  return ChatPrompt{text.bytes(), tokenizer.Encode(text.bytes(), options)};
}

}  // namespace tessera
