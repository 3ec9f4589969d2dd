#include "converter/quantize/budget_solver.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace tessera {
namespace {

using Options = std::vector<BudgetOption>;

// Loss saved per byte from `a` to the larger `b`.
double Slope(const BudgetOption& a, const BudgetOption& b) {
  return (a.loss - b.loss) / static_cast<double>(b.bytes - a.bytes);
}

// Indices of the options on the lower convex hull, from the smallest on; each
// next one has more bytes and less loss, and saves less per byte.
std::vector<size_t> LowerHull(const Options& options) {
  std::vector<size_t> order(options.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(options[a].bytes, options[a].loss) <
           std::tie(options[b].bytes, options[b].loss);
  });
  std::vector<size_t> hull;
  for (size_t index : order) {
    const BudgetOption& option = options[index];
    if (!hull.empty() && option.loss >= options[hull.back()].loss) continue;
    if (!hull.empty() && option.bytes == options[hull.back()].bytes) continue;
    while (hull.size() >= 2 &&
           Slope(options[hull[hull.size() - 2]], options[hull.back()]) <=
               Slope(options[hull.back()], option)) {
      hull.pop_back();
    }
    hull.push_back(index);
  }
  return hull;
}

// From one option of an item to the next on its hull.
struct Step {
  size_t item;
  size_t position;  // on the hull, of the option it leads to
  double slope;
};

class Chooser {
 public:
  Chooser(absl::Span<const Options> items, uint64_t budget)
      : items_(items), left_(budget) {}

  std::optional<std::vector<size_t>> Choose() {
    if (!UseSmallest()) return std::nullopt;
    ClimbHulls();
    FillUp();
    return std::move(chosen_);
  }

 private:
  bool UseSmallest() {
    for (const Options& options : items_) {
      hulls_.push_back(LowerHull(options));
      chosen_.push_back(hulls_.back().front());
      const uint64_t bytes = options[chosen_.back()].bytes;
      if (bytes > left_) return false;
      left_ -= bytes;
    }
    return true;
  }

  // False, and nothing happens, if it does not fit.
  bool Move(size_t item, size_t option) {
    const uint64_t now = items_[item][chosen_[item]].bytes;
    const uint64_t then = items_[item][option].bytes;
    if (then > now && then - now > left_) return false;
    left_ -= then - now;
    chosen_[item] = option;
    return true;
  }

  void ClimbHulls() {
    std::vector<Step> steps;
    for (size_t item = 0; item < items_.size(); ++item) {
      const std::vector<size_t>& hull = hulls_[item];
      for (size_t i = 1; i < hull.size(); ++i) {
        steps.push_back(
            {item, i, Slope(items_[item][hull[i - 1]], items_[item][hull[i]])});
      }
    }
    std::stable_sort(
        steps.begin(), steps.end(),
        [](const Step& a, const Step& b) { return a.slope > b.slope; });
    for (const Step& step : steps) {
      const std::vector<size_t>& hull = hulls_[step.item];
      // A step whose predecessor did not fit is left out too.
      if (chosen_[step.item] != hull[step.position - 1]) continue;
      Move(step.item, hull[step.position]);
    }
  }

  // Each round takes the option that saves most of those that fit.
  void FillUp() {
    while (true) {
      double best_gain = 0;
      size_t best_item = 0;
      size_t best_option = 0;
      for (size_t item = 0; item < items_.size(); ++item) {
        const BudgetOption& now = items_[item][chosen_[item]];
        for (size_t i = 0; i < items_[item].size(); ++i) {
          const BudgetOption& option = items_[item][i];
          const double gain = now.loss - option.loss;
          const bool fits =
              option.bytes <= now.bytes || option.bytes - now.bytes <= left_;
          if (fits && gain > best_gain) {
            best_gain = gain;
            best_item = item;
            best_option = i;
          }
        }
      }
      if (best_gain == 0) return;
      Move(best_item, best_option);
    }
  }

  const absl::Span<const Options> items_;
  uint64_t left_;
  std::vector<std::vector<size_t>> hulls_;
  std::vector<size_t> chosen_;
};

}  // namespace

std::optional<std::vector<size_t>> ChooseOptions(
    absl::Span<const std::vector<BudgetOption>> items, uint64_t budget) {
  return Chooser(items, budget).Choose();
}

}  // namespace tessera
