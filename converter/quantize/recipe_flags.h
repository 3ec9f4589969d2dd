// The flags that say how to quantize.
#ifndef CONVERTER_QUANTIZE_RECIPE_FLAGS_H_
#define CONVERTER_QUANTIZE_RECIPE_FLAGS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/quantize/size_target.h"

namespace tessera {

// What --quantize, --pure, --output_type, --embedding_type, --tensor_type
// and --effort say. InvalidArgument, naming the flag, for a mistake, also in --imatrix,
// --target_bpw and --target_size. Reads no file.
absl::StatusOr<QuantizeRecipe> RecipeFromFlags();

// Reads the file of --imatrix, if there is one, into `recipe`. Messages start
// with its path.
absl::Status ReadImportanceFromFlags(QuantizeRecipe* recipe);

// The target of --target_bpw or --target_size, if there is one. To be called
// after RecipeFromFlags, which checks them.
std::optional<SizeTarget> SizeTargetFromFlags();

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_RECIPE_FLAGS_H_
