#include "runtime/llm/make_sampler.h"

#include <limits>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "runtime/llm/dry_breakers.h"

namespace tessera {

absl::StatusOr<Sampler> MakeSampler(
    SamplerOptions options, absl::Span<const std::string> dry_breaker_texts,
    bool ignore_eos, const Tokenizer& tokenizer, int64_t vocab_size) {
  TESSERA_RETURN_IF_ERROR(CheckLogitBias(options, vocab_size));
  if (options.dry.multiplier != 0) {
    std::vector<DryBreaker>& breakers = options.dry.breakers;
    for (DryBreaker& found : FindDryBreakers(dry_breaker_texts, tokenizer)) {
      breakers.push_back(std::move(found));
    }
  }
  // Behind the caller's biases, so that none of them brings it back.
  for (int32_t id = 0; ignore_eos && id < vocab_size; ++id) {
    if (!tokenizer.IsEndOfGeneration(id)) continue;
    options.logit_bias.push_back({id, -std::numeric_limits<float>::infinity()});
  }
  return Sampler(options, vocab_size);
}

}  // namespace tessera
