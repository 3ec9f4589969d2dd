// A prompt in, a stream of text out.
#ifndef RUNTIME_LLM_GENERATOR_H_
#define RUNTIME_LLM_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/llm/sampler.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

enum class StopReason {
  kEndOfGeneration,  // the model said so
  kLength,           // n_predict tokens are there
  kContextFull,      // no position is left
  kStopped,          // the caller wanted no more
};

struct GenerateOptions {
  int64_t n_predict = -1;   // tokens at most; -1: until the model stops
  bool ignore_eos = false;  // go on after an end-of-generation token
  // Asked after each token; true ends the generation. Empty: never.
  std::function<bool()> wants_stop;
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
};

// Generates after `prompt` (not empty) until one of the reasons to stop.
// `room` is how many tokens `forward` accepts in all. InvalidArgument if the
// prompt is empty or longer than that; errors of `forward` are passed on.
absl::StatusOr<Generation> Generate(absl::Span<const int32_t> prompt,
                                    const GenerateOptions& options,
                                    int64_t room, const Tokenizer& tokenizer,
                                    Sampler& sampler, ForwardFn forward,
                                    TextFn on_text);

}  // namespace tessera

#endif  // RUNTIME_LLM_GENERATOR_H_
