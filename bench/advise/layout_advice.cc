#include "bench/advise/layout_advice.h"

#include <algorithm>
#include <cmath>

#include "bench/statistics.h"

namespace tessera {
namespace {

bool Counts(MatrixDuty duty, int64_t tokens) {
  return duty == MatrixDuty::kGemm || tokens == 1;
}

bool WasMeasured(MatrixDuty duty, absl::Span<const int64_t> tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [duty](int64_t n) {
    return duty == MatrixDuty::kGemv ? n == 1 : n > 1;
  });
}

// What each round has cost.
std::vector<double> Costs(MatrixDuty duty, absl::Span<const int64_t> tokens,
                          const LayoutTimes& times) {
  std::vector<double> costs;
  for (size_t round = 0; round < times.seconds[0].size(); ++round) {
    double logarithms = 0;
    int count = 0;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (!Counts(duty, tokens[i])) continue;
      logarithms += std::log(times.seconds[i][round]);
      ++count;
    }
    costs.push_back(std::exp(logarithms / count));
  }
  return costs;
}

LayoutEvidence EvidenceFrom(const RatioEstimate& estimate, LayoutOrder over) {
  return {estimate.ratio, estimate.lower, estimate.upper, over,
          static_cast<uint32_t>(estimate.samples)};
}

void Decide(absl::Span<const double> interleaved,
            absl::Span<const std::vector<double>> costs, LayoutAdvice* advice) {
  size_t next = 0;  // the best of the others, however little is known
  const LayoutAdvice::Gain* best = nullptr;
  for (size_t i = 0; i < advice->gains.size(); ++i) {
    const LayoutAdvice::Gain& gain = advice->gains[i];
    if (gain.estimate.ratio > advice->gains[next].estimate.ratio) next = i;
    if (gain.estimate.lower < 1 + kLeastGain) continue;
    if (best == nullptr || gain.estimate.ratio > best->estimate.ratio) {
      best = &gain;
    }
  }
  if (best != nullptr) {
    advice->layout = best->layout;
    advice->evidence = EvidenceFrom(best->estimate, LayoutOrder::kInterleaved);
    return;
  }
  advice->evidence =
      EvidenceFrom(PairedRatio(interleaved, costs[next], kAdviceConfidence),
                   advice->gains[next].layout);
}

}  // namespace

std::optional<LayoutAdvice> AdviseLayout(MatrixDuty duty,
                                         absl::Span<const int64_t> tokens,
                                         absl::Span<const LayoutTimes> times) {
  const auto base =
      std::find_if(times.begin(), times.end(), [](const LayoutTimes& t) {
        return t.layout == LayoutOrder::kInterleaved;
      });
  if (base == times.end() || times.size() < 2 || !WasMeasured(duty, tokens)) {
    return std::nullopt;
  }
  const std::vector<double> interleaved = Costs(duty, tokens, *base);
  LayoutAdvice advice;
  advice.duty = duty;
  std::vector<std::vector<double>> costs;
  for (const LayoutTimes& other : times) {
    if (other.layout == LayoutOrder::kInterleaved) continue;
    const std::vector<double>& cost =
        costs.emplace_back(Costs(duty, tokens, other));
    advice.gains.push_back(
        {other.layout, PairedRatio(cost, interleaved, kAdviceConfidence),
         SpreadOf(cost).median, SpreadOf(interleaved).median});
  }
  Decide(interleaved, costs, &advice);
  return advice;
}

LayoutRule RuleFor(const TurnMatrix& matrix, const LayoutAdvice& advice) {
  LayoutRule rule;
  rule.type = matrix.type;
  rule.duty = advice.duty;
  rule.rows.first = rule.rows.last = static_cast<uint64_t>(matrix.rows);
  rule.columns.first = rule.columns.last =
      static_cast<uint64_t>(matrix.columns);
  rule.layout = advice.layout;
  rule.evidence = advice.evidence;
  return rule;
}

}  // namespace tessera
