#include "runtime/llm/generator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/counted.h"
#include "base/status_macros.h"
#include "runtime/llm/stop_texts.h"
#include "runtime/llm/utf8_stream.h"

namespace tessera {
namespace {

double SecondsSince(absl::Time start) {
  return absl::ToDoubleSeconds(absl::Now() - start);
}

absl::Status CheckPrompt(absl::Span<const int32_t> prompt, int64_t room) {
  if (prompt.empty()) {
    return absl::InvalidArgumentError(
        "the prompt is empty, and this model has no begin-of-text token");
  }
  if (static_cast<int64_t>(prompt.size()) > room) {
    return absl::InvalidArgumentError(
        absl::StrCat("the prompt has ", Counted(prompt.size(), "token"),
                     ", the context holds ", room,
                     "; use a larger --ctx_size or a shorter prompt"));
  }
  return absl::OkStatus();
}

// A weight that is no number makes all that follows none. Single logits of
// -inf, or of a row of the output matrix that is none, leave a choice.
absl::Status CheckLogits(absl::Span<const float> logits) {
  for (const float logit : logits) {
    if (std::isfinite(logit)) return absl::OkStatus();
  }
  return absl::DataLossError(
      "the model computes no numbers (all logits are NaN or infinite); weights "
      "may be NaN or infinite, which inspect --quality counts");
}

// How many of the prompt's tokens a shift keeps.
absl::StatusOr<int64_t> KeptTokens(const ContextShift& shift,
                                   int64_t prompt_tokens, int64_t room) {
  const int64_t kept =
      shift.keep < 0 ? prompt_tokens : std::min(shift.keep, prompt_tokens);
  // At least one token has to go.
  if (room - kept >= 2) return kept;
  return absl::InvalidArgumentError(absl::StrCat(
      "the context holds ", room, " tokens, of which ", kept,
      " are to be kept; use a larger --ctx_size or a smaller --keep"));
}

// One text in the making.
class TextInTheMaking {
 public:
  TextInTheMaking(const GenerateOptions& options, int64_t room,
                  const Tokenizer& tokenizer, Sampler& sampler,
                  ForwardFn forward, TextFn on_text)
      : options_(options),
        room_(room),
        tokenizer_(tokenizer),
        sampler_(sampler),
        forward_(forward),
        on_text_(on_text),
        stops_(options.stop_texts) {}

  absl::Status Begin(absl::Span<const int32_t> prompt) {
    TESSERA_RETURN_IF_ERROR(CheckPrompt(prompt, room_));
    if (options_.shift.has_value()) {
      TESSERA_ASSIGN_OR_RETURN(
          kept_, KeptTokens(*options_.shift,
                            static_cast<int64_t>(prompt.size()), room_));
    }
    sampler_.Restart();
    for (const int32_t id : prompt) sampler_.Accept(id);
    context_.assign(prompt.begin(), prompt.end());
    const absl::Time start = absl::Now();
    TESSERA_ASSIGN_OR_RETURN(logits_, forward_(prompt));
    result_.prefill_seconds = SecondsSince(start);
    return absl::OkStatus();
  }

  absl::Status Run() {
    const absl::Time start = absl::Now();
    bool goes_on = options_.n_predict != 0;
    while (goes_on) {
      TESSERA_RETURN_IF_ERROR(CheckLogits(logits_));
      const int32_t id = Choose();
      goes_on = !EndsWith(id);
      if (goes_on) {
        TESSERA_ASSIGN_OR_RETURN(goes_on, Feed(id));
      }
    }
    result_.decode_seconds = SecondsSince(start);
    std::string rest(stops_.Append(characters_.Flush()));
    absl::StrAppend(&rest, stops_.Flush());
    if (!rest.empty()) Show({-1, rest, {}});
    return absl::OkStatus();
  }

  Generation Take() { return std::move(result_); }

 private:
  int32_t Choose() {
    const int32_t id = sampler_.Sample(logits_);
    sampler_.Accept(id);
    result_.ids.push_back(id);
    if (options_.logprobs >= 0) {
      result_.probabilities.push_back(
          TokenProbabilities(logits_, id, options_.logprobs));
    }
    return id;
  }

  void Show(const GeneratedToken& token) {
    if (options_.on_token) options_.on_token(token);
    if (!token.text.empty()) on_text_(token.text);
  }

  // Shows the token, and says whether it is the last one.
  bool EndsWith(int32_t id) {
    const bool is_end =
        !options_.ignore_eos && tokenizer_.IsEndOfGeneration(id);
    GeneratedToken token = {id, "", {}};
    if (!is_end) {
      token.text = stops_.Append(characters_.Append(tokenizer_.Decode(id)));
    }
    if (options_.logprobs >= 0) {
      token.probabilities = result_.probabilities.back();
    }
    Show(token);
    const auto stop = [this](StopReason reason) {
      result_.stop = reason;
      return true;
    };
    if (is_end) return stop(StopReason::kEndOfGeneration);
    if (stops_.found() || IsStopToken(id)) return stop(StopReason::kStopText);
    if (options_.wants_stop && options_.wants_stop()) {
      return stop(StopReason::kStopped);
    }
    if (IsFull() && !options_.shift.has_value()) {
      return stop(StopReason::kContextFull);
    }
    return static_cast<int64_t>(result_.ids.size()) == options_.n_predict;
  }

  // A control token has no text that could be found, but may be meant.
  bool IsStopToken(int32_t id) const {
    return !options_.stop_texts.empty() && tokenizer_.Decode(id).empty() &&
           std::find(options_.stop_texts.begin(), options_.stop_texts.end(),
                     tokenizer_.Spelling(id)) != options_.stop_texts.end();
  }

  bool IsFull() const { return static_cast<int64_t>(context_.size()) == room_; }

  // Computes what follows `id`. False if the caller stopped it.
  absl::StatusOr<bool> Feed(int32_t id) {
    absl::Span<const int32_t> next = absl::MakeConstSpan(&id, 1);
    if (IsFull()) {
      Shift();
      context_.push_back(id);
      next = context_;
    } else {
      context_.push_back(id);
      ++result_.decode_steps;
    }
    const absl::StatusOr<absl::Span<const float>> logits = forward_(next);
    if (absl::IsCancelled(logits.status())) {
      result_.stop = StopReason::kStopped;
      return false;
    }
    if (!logits.ok()) return logits.status();
    logits_ = *logits;
    return true;
  }

  void Shift() {
    const auto first = context_.begin() + kept_;
    context_.erase(first, first + (room_ - kept_) / 2);
    options_.shift->forget();
    ++result_.shifts;
  }

  const GenerateOptions& options_;
  const int64_t room_;
  const Tokenizer& tokenizer_;
  Sampler& sampler_;
  const ForwardFn forward_;
  const TextFn on_text_;
  Utf8Stream characters_;
  StopTexts stops_;
  std::vector<int32_t> context_;  // what `forward` was given
  int64_t kept_ = 0;
  absl::Span<const float> logits_;
  Generation result_;
};

}  // namespace

absl::StatusOr<Generation> Generate(absl::Span<const int32_t> prompt,
                                    const GenerateOptions& options,
                                    int64_t room, const Tokenizer& tokenizer,
                                    Sampler& sampler, ForwardFn forward,
                                    TextFn on_text) {
  TextInTheMaking text(options, room, tokenizer, sampler, forward, on_text);
  TESSERA_RETURN_IF_ERROR(text.Begin(prompt));
  TESSERA_RETURN_IF_ERROR(text.Run());
  return text.Take();
}

}  // namespace tessera
