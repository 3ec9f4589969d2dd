#include "tests/testing/architecture_run.h"

#include <algorithm>
#include <cmath>

#include "base/status_macros.h"

namespace tessera {
namespace {

int32_t ArgMax(absl::Span<const float> logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) -
                              logits.begin());
}

// Leading golden tokens that are the best ones; `last` are the prompt's logits.
absl::StatusOr<int64_t> CountEqual(Decoder& decoder, const GoldenPrompt& prompt,
                                   absl::Span<const float> last) {
  int64_t same = 0;
  for (const int32_t golden : prompt.greedy_ids) {
    if (ArgMax(last) != golden) break;
    ++same;
    TESSERA_ASSIGN_OR_RETURN(last, decoder.Forward({golden}, 1));
  }
  return same;
}

}  // namespace

absl::StatusOr<ArchitectureRun> RunPrompts(
    Decoder& decoder, absl::Span<const GoldenPrompt> prompts) {
  ArchitectureRun run;
  for (const GoldenPrompt& prompt : prompts) {
    decoder.Reset();
    TESSERA_ASSIGN_OR_RETURN(const absl::Span<const float> logits,
                             decoder.Forward(prompt.ids, prompt.logit_tokens));
    for (size_t i = 0; i < logits.size(); ++i) {
      const double difference =
          std::abs(double{logits[i]} - double{prompt.logits[i]});
      if (!(difference <= run.max_difference)) run.max_difference = difference;
    }
    run.logits.insert(run.logits.end(), logits.begin(), logits.end());
    TESSERA_ASSIGN_OR_RETURN(
        run.equal_greedy.emplace_back(),
        CountEqual(decoder, prompt, logits.last(decoder.vocab_size())));
  }
  return run;
}

}  // namespace tessera
