#include "runtime/llm/dry_penalty.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {

DryPenalty::DryPenalty(const DryOptions& options) : options_(options) {
  for (const DryBreaker& breaker : options_.breakers) {
    breakers_[breaker.head].push_back(breaker.tail);
  }
}

int64_t DryPenalty::TokensBehindBreaker(
    absl::Span<const int32_t> history) const {
  const auto size = static_cast<int64_t>(history.size());
  for (int64_t behind = 0; behind < size; ++behind) {
    const auto found = breakers_.find(history[size - 1 - behind]);
    if (found == breakers_.end()) continue;
    const absl::Span<const int32_t> rest = history.last(behind);
    int64_t longest = -1;
    for (const std::vector<int32_t>& tail : found->second) {
      const auto length = static_cast<int64_t>(tail.size());
      if (length > longest && length <= behind &&
          std::equal(tail.begin(), tail.end(), rest.begin())) {
        longest = length;
      }
    }
    if (longest >= 0) return behind - longest;
  }
  return size;
}

// The Z-algorithm over the reversed history: matches_[k] is how far the
// sequence that starts at k equals the one that starts at 0. [left, right) is
// the match found so far that reaches farthest.
void DryPenalty::FindMatches(absl::Span<const int32_t> history) {
  const auto size = static_cast<int64_t>(history.size());
  const auto at = [&](int64_t i) { return history[size - 1 - i]; };
  matches_.assign(size, 0);
  int64_t left = 0;
  int64_t right = 0;
  for (int64_t k = 1; k < size; ++k) {
    int64_t length =
        k < right ? std::min(right - k, matches_[k - left]) : int64_t{0};
    while (k + length < size && at(length) == at(k + length)) ++length;
    matches_[k] = length;
    if (k + length > right) {
      left = k;
      right = k + length;
    }
  }
}

const absl::flat_hash_map<int32_t, float>& DryPenalty::Penalties(
    absl::Span<const int32_t> history) {
  penalties_.clear();
  if (options_.penalty_last_n > 0 &&
      static_cast<int64_t>(history.size()) > options_.penalty_last_n) {
    history = history.last(options_.penalty_last_n);
  }
  const auto size = static_cast<int64_t>(history.size());
  if (!is_on() || size <= options_.allowed_length) return penalties_;
  const int64_t most = TokensBehindBreaker(history);
  if (most < options_.allowed_length) return penalties_;
  FindMatches(history);
  for (int64_t k = 1; k < size; ++k) {
    const int64_t length = std::min(matches_[k], most);
    if (length < options_.allowed_length) continue;
    // What followed the repeated tokens then.
    const int32_t token = history[size - k];
    const auto breaker = breakers_.find(token);
    if (breaker != breakers_.end() &&
        std::any_of(breaker->second.begin(), breaker->second.end(),
                    [](const auto& tail) { return tail.empty(); })) {
      continue;
    }
    const double penalty =
        options_.multiplier *
        std::pow(options_.base,
                 static_cast<double>(length - options_.allowed_length));
    float& result = penalties_[token];
    // Never infinite: that would say that the token is impossible.
    result = std::max(result, static_cast<float>(std::min<double>(
                                  penalty, std::numeric_limits<float>::max())));
  }
  return penalties_;
}

}  // namespace tessera
