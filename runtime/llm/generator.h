// A prompt in, a stream of text out.
#ifndef RUNTIME_LLM_GENERATOR_H_
#define RUNTIME_LLM_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/llm/sampler.h"
#include "runtime/llm/token_probability.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

enum class StopReason {
  kEndOfGeneration,  // the model said so
  kLength,           // n_predict tokens are there
  kContextFull,      // no position is left
  kStopped,          // the caller wanted no more
  kStopText,         // one of the stop texts came
};

// What was generated last. Views are valid during the call.
struct GeneratedToken {
  int32_t id = -1;  // -1: none, the rest of the text that was held back
  // In whole characters. Shorter than the token's own text where its end may
  // be part of a character or of a stop text, and then longer later on.
  absl::string_view text;
  absl::Span<const TokenProbability> probabilities;  // see `logprobs`
};

// What becomes of a text for which the context has no more positions: the first
// `keep` tokens stay, of the others the older half is forgotten, and those that
// are left are computed again, at their new positions. So what follows is what
// would follow if they had been the prompt.
struct ContextShift {
  int64_t keep = 0;  // of the prompt; -1: all of it
  // Makes `forward` begin anew. Required.
  std::function<void()> forget = {};
};

struct GenerateOptions {
  int64_t n_predict = -1;   // tokens at most; -1: until the model stops
  bool ignore_eos = false;  // go on after an end-of-generation token
  // A generation ends before the first of them; see StopTexts. One may be the
  // spelling of a control token.
  std::vector<std::string> stop_texts = {};
  // -1: no probabilities. Else those of each token, and of as many of the
  // likeliest; see TokenProbabilities.
  int64_t logprobs = -1;
  std::optional<ContextShift> shift = std::nullopt;  // none: end there
  // Is given each token, before `on_text` is given its text. Empty: nothing.
  std::function<void(const GeneratedToken&)> on_token = {};
  // Asked after each token; true ends the generation. Empty: never.
  std::function<bool()> wants_stop = {};
};

// Appends token ids to a sequence and returns the logits that follow the last
// one; Decoder::Forward in real life.
using ForwardFn = absl::FunctionRef<absl::StatusOr<absl::Span<const float>>(
    absl::Span<const int32_t>)>;

// Is given text in whole UTF-8 characters as soon as it is known.
using TextFn = absl::FunctionRef<void(absl::string_view)>;

struct Generation {
  std::vector<int32_t> ids;  // sampled, an end-of-generation token included
  StopReason stop = StopReason::kLength;
  double prefill_seconds = 0;
  double decode_seconds = 0;
  int64_t decode_steps = 0;  // tokens that `forward` computed one by one
  // Of each id, if they were asked for.
  std::vector<std::vector<TokenProbability>> probabilities;
  int64_t shifts = 0;  // how often the context was shifted
};

// Generates after `prompt` (not empty) until one of the reasons to stop.
// `room` is how many tokens `forward` accepts in all. InvalidArgument if the
// prompt is empty or longer than that, or if a shift keeps all of it; errors of
// `forward` are passed on. What the sampler has accepted before is forgotten.
absl::StatusOr<Generation> Generate(absl::Span<const int32_t> prompt,
                                    const GenerateOptions& options,
                                    int64_t room, const Tokenizer& tokenizer,
                                    Sampler& sampler, ForwardFn forward,
                                    TextFn on_text);

}  // namespace tessera

#endif  // RUNTIME_LLM_GENERATOR_H_
