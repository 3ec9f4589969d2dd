// The best types for a given size.
#ifndef CONVERTER_QUANTIZE_TYPE_BUDGET_H_
#define CONVERTER_QUANTIZE_TYPE_BUDGET_H_

#include <string>

#include "absl/status/status.h"
#include "base/thread_pool.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/quantize/size_target.h"
#include "converter/source/weight_source.h"

namespace tessera {

// What was chosen.
struct BudgetReport {
  uint64_t bytes = 0;    // of all tensors
  uint64_t weights = 0;  // in all tensors
  double loss = 0;       // the sum that was minimized
  // For people, ends with a newline: a line for each type with the number of
  // its tensors, and the totals.
  std::string text;
};

// Fills `recipe`'s budget: measures on samples of `source` what each type would
// do to each tensor (type_errors.h), weighs that by the tensor's sensitivity
// and takes the types of the smallest sum that keep all tensors within
// `target`. Tensors for which the recipe has a type of the user, and those that
// are not quantized, have their bytes but no choice. A tensor may keep the type
// that it has.
//
// InvalidArgument if the target is too small, with the smallest size that is
// possible. Where only the tensors that are not quantized are in the way of a
// number of bits per weight, the rest gets that many (4.5 bits are possible
// with Q4_K, although norms stay F32). The choice depends on the source and the
// recipe only, not on the number of threads.
absl::StatusOr<BudgetReport> ChooseTypesForTarget(const WeightSource& source,
                                                  const SizeTarget& target,
                                                  ThreadPool& pool,
                                                  QuantizeRecipe* recipe);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_TYPE_BUDGET_H_
