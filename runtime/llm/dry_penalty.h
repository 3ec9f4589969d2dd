// DRY ("don't repeat yourself"): tokens that would go on with a repetition
// become less likely.
#ifndef RUNTIME_LLM_DRY_PENALTY_H_
#define RUNTIME_LLM_DRY_PENALTY_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

namespace tessera {

// A sequence of tokens that ends repetitions: `head`, and the tokens behind it.
struct DryBreaker {
  int32_t head = 0;
  std::vector<int32_t> tail = {};
};

// The sampler of llama.cpp with the same names and defaults, which p-e-w has
// described (github.com/oobabooga/text-generation-webui, pull request 5677).
struct DryOptions {
  double multiplier = 0;  // 0: off
  double base = 1.75;
  int64_t allowed_length = 2;   // repetitions that are shorter are free
  int64_t penalty_last_n = -1;  // how many tokens it looks back; -1: all
  std::vector<DryBreaker> breakers = {};
};

// Let n be the length of the longest end of the text that occurred before and
// was followed by token t. Then t's logit falls by
//
//   multiplier * base ^ (n - allowed_length)    if n >= allowed_length.
//
// A repetition does not reach beyond the last breaker in the text, and tokens
// that are breakers alone are never penalized. Not thread-safe.
class DryPenalty {
 public:
  explicit DryPenalty(const DryOptions& options);

  // False if it changes nothing.
  bool is_on() const {
    return options_.multiplier != 0 && options_.penalty_last_n != 0;
  }

  // What to subtract from logits after `history`, by token id; the others stay.
  // Takes time in proportion to the history. Valid until the next call.
  const absl::flat_hash_map<int32_t, float>& Penalties(
      absl::Span<const int32_t> history);

 private:
  // Tokens at the end of `history` that stand behind the last breaker.
  int64_t TokensBehindBreaker(absl::Span<const int32_t> history) const;
  // Fills matches_: how many tokens at the end of `history` also stand at its
  // end without the last k.
  void FindMatches(absl::Span<const int32_t> history);

  const DryOptions options_;
  // Breakers by the token that they begin with.
  absl::flat_hash_map<int32_t, std::vector<std::vector<int32_t>>> breakers_;
  std::vector<int64_t> matches_;  // [k]
  absl::flat_hash_map<int32_t, float> penalties_;
};

}  // namespace tessera

#endif  // RUNTIME_LLM_DRY_PENALTY_H_
