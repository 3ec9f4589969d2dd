// A conversation with a model that is loaded.
#ifndef RUNTIME_LLM_CHAT_SESSION_H_
#define RUNTIME_LLM_CHAT_SESSION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/chat/conversation.h"
#include "runtime/llm/generator.h"
#include "runtime/llm/sampler.h"
#include "runtime/model/decoder.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

struct ChatAnswer {
  std::string text;
  StopReason stop = StopReason::kLength;
  int64_t kept_tokens = 0;    // of the prompt, that were in the cache already
  int64_t prompt_tokens = 0;  // of the prompt, that were computed
  int64_t answer_tokens = 0;
  int64_t forgotten_turns = 0;  // for which the context has no room any more
  double prefill_seconds = 0;
  double decode_seconds = 0;
  int64_t decode_steps = 0;
};

// Keeps what has been said in the decoder's cache: of each prompt, only what
// follows the part that the cache holds is computed. Not thread-safe.
class ChatSession {
 public:
  // All but the conversation must outlive it. `options.wants_stop` breaks
  // prompts off, too; `options.shift.forget` is the session's own.
  ChatSession(Decoder* decoder, const Tokenizer* tokenizer, Sampler* sampler,
              Conversation conversation, GenerateOptions options);

  ChatSession(const ChatSession&) = delete;
  ChatSession& operator=(const ChatSession&) = delete;

  // What the model answers to `message`; `on_text` is given it as it comes.
  // Turns are forgotten, the oldest first, until prompt and answer have room.
  // Errors leave the conversation as it was.
  absl::StatusOr<ChatAnswer> Answer(std::string message, TextFn on_text);

  // Another answer to the last message. FailedPrecondition if there is none.
  absl::StatusOr<ChatAnswer> AnswerAgain(TextFn on_text);

  // Begins anew, with the system prompt only.
  void Clear() { conversation_.Clear(); }

 private:
  absl::StatusOr<ChatAnswer> Continue(TextFn on_text);
  // The ids of the prompt, for which there is room.
  absl::StatusOr<std::vector<int32_t>> FittingPrompt(ChatAnswer* answer);
  // Makes the cache hold the longest start of `prompt` that it can.
  int64_t KeepCommonPart(absl::Span<const int32_t> prompt);
  absl::StatusOr<absl::Span<const float>> Forward(
      absl::Span<const int32_t> ids);

  Decoder& decoder_;
  const Tokenizer& tokenizer_;
  Sampler& sampler_;
  Conversation conversation_;
  GenerateOptions options_;
  std::vector<int32_t> cached_;  // the ids whose keys and values are there
};

}  // namespace tessera

#endif  // RUNTIME_LLM_CHAT_SESSION_H_
