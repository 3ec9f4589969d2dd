// Choosing one option for each of many items under a common budget.
#ifndef CONVERTER_QUANTIZE_BUDGET_SOLVER_H_
#define CONVERTER_QUANTIZE_BUDGET_SOLVER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace tessera {

// What an option costs, and how bad it is.
struct BudgetOption {
  uint64_t bytes = 0;
  double loss = 0;  // finite, not negative
};

// The index of an option for each of `items`, which all have some, so that the
// bytes are at most `budget` and the sum of the losses is small; nullopt if
// even the smallest are too large. Among options of the same bytes and loss the
// first is taken.
//
// The options on the lower convex hull of each item's (bytes, loss) are taken
// in the order of loss saved per byte, which is optimal (a Lagrangian
// relaxation) up to the last steps that do not fit; what is left then goes to
// the options, on the hull or not, that save most and fit. Depends on nothing
// but the arguments.
std::optional<std::vector<size_t>> ChooseOptions(
    absl::Span<const std::vector<BudgetOption>> items, uint64_t budget);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_BUDGET_SOLVER_H_
