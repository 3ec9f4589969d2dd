// Matrices that cannot have the type that was meant for them.
#ifndef CONVERTER_QUANTIZE_ROW_MISFITS_H_
#define CONVERTER_QUANTIZE_ROW_MISFITS_H_

#include <string>

#include "absl/types/span.h"
#include "converter/quantize/model_summary.h"
#include "converter/quantize/quantize_recipe.h"

namespace tessera {

// How many matrices get another type than `recipe` means for them, because no
// whole number of its blocks makes a row, and which; in a sentence for a
// warning, such as "24 matrices have rows of 96 values, which Q4_K (blocks of
// 256) cannot hold: they are stored as Q5_0". Of a budget, those whose choice
// was narrowed by that. Empty if there are none. Has a few hundred bytes at
// most.
std::string RowMisfitsNote(const QuantizeRecipe& recipe,
                           absl::Span<const TensorSummary> tensors,
                           const ModelSummary& model);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_ROW_MISFITS_H_
