#include "runtime/llm/make_sampler.h"

#include <vector>

#include "base/status_macros.h"
#include "runtime/llm/dry_breakers.h"

namespace tessera {

absl::StatusOr<Sampler> MakeSampler(
    SamplerOptions options, absl::Span<const std::string> dry_breaker_texts,
    const Tokenizer& tokenizer, int64_t vocab_size) {
  TESSERA_RETURN_IF_ERROR(CheckLogitBias(options, vocab_size));
  if (options.dry.multiplier != 0) {
    std::vector<DryBreaker>& breakers = options.dry.breakers;
    for (DryBreaker& found : FindDryBreakers(dry_breaker_texts, tokenizer)) {
      breakers.push_back(std::move(found));
    }
  }
  return Sampler(options, vocab_size);
}

}  // namespace tessera
