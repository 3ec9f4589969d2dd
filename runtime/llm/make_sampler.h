// A sampler for a model.
#ifndef RUNTIME_LLM_MAKE_SAMPLER_H_
#define RUNTIME_LLM_MAKE_SAMPLER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/llm/sampler.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// A sampler by `options`, whose DRY ends repetitions at `dry_breaker_texts`,
// besides the breakers that it has. With `ignore_eos` it never draws a token
// that ends the text. InvalidArgument as CheckLogitBias.
absl::StatusOr<Sampler> MakeSampler(
    SamplerOptions options, absl::Span<const std::string> dry_breaker_texts,
    bool ignore_eos, const Tokenizer& tokenizer, int64_t vocab_size);

}  // namespace tessera

#endif  // RUNTIME_LLM_MAKE_SAMPLER_H_
