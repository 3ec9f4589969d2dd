#include "bench/fastest_layouts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace tessera {
namespace {

constexpr double kLeastGain = 0.02;

using MatrixKey = std::tuple<DType, int64_t, int64_t>;  // type, rows, columns

// Seconds, or their geometric mean, of each layout.
class LayoutCosts {
 public:
  void Add(LayoutOrder layout, double seconds) {
    Cost& cost = costs_[layout];
    cost.log_seconds += std::log(seconds);
    ++cost.count;
  }

  // Interleaved unless another one is clearly better. Only layouts that were
  // measured as often as the best known one are compared.
  LayoutOrder Best() const {
    int most = 0;
    for (const auto& [layout, cost] : costs_) most = std::max(most, cost.count);
    LayoutOrder best = LayoutOrder::kInterleaved;
    const auto interleaved = costs_.find(best);
    double least =
        interleaved == costs_.end() || interleaved->second.count < most
            ? HUGE_VAL
            : interleaved->second.Mean() * (1 - kLeastGain);
    for (const auto& [layout, cost] : costs_) {
      if (cost.count < most || cost.Mean() >= least ||
          layout == LayoutOrder::kInterleaved) {
        continue;
      }
      best = layout;
      least = cost.Mean();
    }
    return best;
  }

 private:
  struct Cost {
    double log_seconds = 0;
    int count = 0;

    double Mean() const { return std::exp(log_seconds / count); }
  };
  std::map<LayoutOrder, Cost> costs_;
};

LayoutRule MakeRule(const MatrixKey& key, MatrixDuty duty, LayoutOrder layout) {
  const auto& [type, rows, columns] = key;
  LayoutRule rule;
  rule.type = type;
  rule.duty = duty;
  rule.rows.first = rule.rows.last = static_cast<uint64_t>(rows);
  rule.columns.first = rule.columns.last = static_cast<uint64_t>(columns);
  rule.layout = layout;
  return rule;
}

}  // namespace

LayoutProfile FastestLayouts(absl::Span<const KernelTiming> timings) {
  std::map<MatrixKey, std::pair<LayoutCosts, LayoutCosts>> matrices;
  std::set<MatrixKey> prefilled;
  for (const KernelTiming& timing : timings) {
    auto& [gemv, gemm] = matrices[{timing.type, timing.rows, timing.columns}];
    if (timing.tokens == 1) gemv.Add(timing.layout, timing.seconds);
    gemm.Add(timing.layout, timing.seconds);
    if (timing.tokens > 1) {
      prefilled.insert({timing.type, timing.rows, timing.columns});
    }
  }
  std::vector<LayoutRule> rules;
  for (const auto& [key, costs] : matrices) {
    const LayoutOrder gemv = costs.first.Best();
    const LayoutOrder gemm = costs.second.Best();
    if (gemv != LayoutOrder::kInterleaved) {
      rules.push_back(MakeRule(key, MatrixDuty::kGemv, gemv));
    }
    if (gemm != LayoutOrder::kInterleaved && prefilled.contains(key)) {
      rules.push_back(MakeRule(key, MatrixDuty::kGemm, gemm));
    }
  }
  return LayoutProfile(std::move(rules));
}

}  // namespace tessera
