#include "runtime/llm/chat_session.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "runtime/chat/marked_text.h"
#include "runtime/llm/chat_prompt.h"
#include "runtime/llm/forward_in_steps.h"

namespace tessera {
namespace {

// An answer should have this many tokens, or a quarter of the context.
constexpr int64_t kAnswerRoom = 256;

int64_t RoomForAnswer(int64_t ctx_size, int64_t n_predict) {
  const int64_t room = std::min(kAnswerRoom, ctx_size / 4);
  return std::max<int64_t>(n_predict < 0 ? room : std::min(room, n_predict), 1);
}

}  // namespace

ChatSession::ChatSession(Decoder* decoder, const Tokenizer* tokenizer,
                         Sampler* sampler, Conversation conversation,
                         GenerateOptions options)
    : decoder_(*decoder),
      tokenizer_(*tokenizer),
      sampler_(*sampler),
      conversation_(std::move(conversation)),
      options_(std::move(options)) {
  if (!options_.shift.has_value()) return;
  options_.shift->forget = [this] {
    decoder_.Reset();
    cached_.clear();
  };
}

absl::StatusOr<ChatAnswer> ChatSession::Answer(std::string message,
                                               TextFn on_text) {
  const Conversation before = conversation_;
  conversation_.AddUser(std::move(message));
  absl::StatusOr<ChatAnswer> answer = Continue(on_text);
  if (!answer.ok()) conversation_ = before;
  return answer;
}

absl::StatusOr<ChatAnswer> ChatSession::AnswerAgain(TextFn on_text) {
  const Conversation before = conversation_;
  while (!conversation_.empty() && !conversation_.EndsWithUser()) {
    conversation_.TakeLast();
  }
  if (conversation_.empty()) {
    return absl::FailedPreconditionError("nothing has been said yet");
  }
  absl::StatusOr<ChatAnswer> answer = Continue(on_text);
  if (!answer.ok()) conversation_ = before;
  return answer;
}

absl::StatusOr<std::vector<int32_t>> ChatSession::FittingPrompt(
    ChatAnswer* answer) {
  const int64_t ctx_size = decoder_.ctx_size();
  const int64_t room = RoomForAnswer(ctx_size, options_.n_predict);
  while (true) {
    TESSERA_ASSIGN_OR_RETURN(const ChatPrompt prompt,
                             MakeChatPrompt(conversation_, tokenizer_));
    const auto size = static_cast<int64_t>(prompt.ids.size());
    if (size + room <= ctx_size) return prompt.ids;
    if (!conversation_.ForgetOldestTurn()) {
      if (size < ctx_size) return prompt.ids;
      return absl::InvalidArgumentError(absl::StrCat(
          "the message makes a prompt of ", size, " tokens, the context holds ",
          ctx_size, "; use a larger --ctx_size or a shorter message"));
    }
    ++answer->forgotten_turns;
  }
}

int64_t ChatSession::KeepCommonPart(absl::Span<const int32_t> prompt) {
  const auto [mine, theirs] = std::mismatch(cached_.begin(), cached_.end(),
                                            prompt.begin(), prompt.end());
  // At least one token is computed, for what follows it.
  auto common = std::min<int64_t>(mine - cached_.begin(),
                                  static_cast<int64_t>(prompt.size()) - 1);
  if (common < decoder_.position() && !decoder_.Rewind(common)) {
    decoder_.Reset();
    common = 0;
  }
  cached_.resize(common);
  return common;
}

absl::StatusOr<absl::Span<const float>> ChatSession::Forward(
    absl::Span<const int32_t> ids) {
  const int64_t before = decoder_.position();
  const auto logits = ForwardInSteps(ids, options_.wants_stop, decoder_);
  const absl::Span<const int32_t> computed =
      ids.first(decoder_.position() - before);
  cached_.insert(cached_.end(), computed.begin(), computed.end());
  return logits;
}

absl::StatusOr<ChatAnswer> ChatSession::Continue(TextFn on_text) {
  ChatAnswer answer;
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int32_t> prompt,
                           FittingPrompt(&answer));
  if (prompt.empty()) {
    return absl::InvalidArgumentError("the chat template makes no text");
  }
  answer.kept_tokens = KeepCommonPart(prompt);
  answer.prompt_tokens =
      static_cast<int64_t>(prompt.size()) - answer.kept_tokens;
  bool is_prompt = true;
  bool is_start = true;
  std::string shown;
  TESSERA_ASSIGN_OR_RETURN(
      const Generation generation,
      Generate(
          prompt, options_, decoder_.ctx_size(), tokenizer_, sampler_,
          [&](absl::Span<const int32_t> ids) {
            if (std::exchange(is_prompt, false)) {
              ids.remove_prefix(answer.kept_tokens);
            }
            return Forward(ids);
          },
          [&](absl::string_view text) {
            // The space that SentencePiece puts before a word.
            if (std::exchange(is_start, false)) absl::ConsumePrefix(&text, " ");
            absl::StrAppend(&shown, text);
            if (!text.empty()) on_text(text);
          }));
  answer.stop = generation.stop;
  answer.answer_tokens = static_cast<int64_t>(generation.ids.size());
  answer.prefill_seconds = generation.prefill_seconds;
  answer.decode_seconds = generation.decode_seconds;
  answer.decode_steps = generation.decode_steps;
  // A stop text is among the ids, but not in the answer.
  answer.text =
      generation.stop == StopReason::kStopText
          ? shown
          : tokenizer_.DecodeAll(generation.ids, /*skip_special=*/true);
  conversation_.AddAssistant(answer.text);
  return answer;
}

}  // namespace tessera
