#include "runtime/llm/generator.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/counted.h"
#include "base/status_macros.h"
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

}  // namespace

absl::StatusOr<Generation> Generate(absl::Span<const int32_t> prompt,
                                    const GenerateOptions& options,
                                    int64_t room, const Tokenizer& tokenizer,
                                    Sampler& sampler, ForwardFn forward,
                                    TextFn on_text) {
  TESSERA_RETURN_IF_ERROR(CheckPrompt(prompt, room));
  Generation result;
  Utf8Stream stream;
  for (const int32_t id : prompt) sampler.Accept(id);

  const absl::Time start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(absl::Span<const float> logits, forward(prompt));
  result.prefill_seconds = SecondsSince(start);

  const absl::Time decode_start = absl::Now();
  room -= static_cast<int64_t>(prompt.size());
  while (options.n_predict < 0 ||
         static_cast<int64_t>(result.ids.size()) < options.n_predict) {
    TESSERA_RETURN_IF_ERROR(CheckLogits(logits));
    const int32_t id = sampler.Sample(logits);
    sampler.Accept(id);
    result.ids.push_back(id);
    if (!options.ignore_eos && tokenizer.IsEndOfGeneration(id)) {
      result.stop = StopReason::kEndOfGeneration;
      break;
    }
    const absl::string_view text = stream.Append(tokenizer.Decode(id));
    if (!text.empty()) on_text(text);
    if (options.wants_stop && options.wants_stop()) {
      result.stop = StopReason::kStopped;
      break;
    }
    if (result.decode_steps == room) {
      result.stop = StopReason::kContextFull;
      break;
    }
    if (static_cast<int64_t>(result.ids.size()) == options.n_predict) break;
    TESSERA_ASSIGN_OR_RETURN(logits, forward(absl::MakeConstSpan(&id, 1)));
    ++result.decode_steps;
  }
  result.decode_seconds = SecondsSince(decode_start);
  const absl::string_view rest = stream.Flush();
  if (!rest.empty()) on_text(rest);
  return result;
}

}  // namespace tessera
