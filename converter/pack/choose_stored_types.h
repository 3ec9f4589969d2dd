// The types that the tensors of a source are stored in.
#ifndef CONVERTER_PACK_CHOOSE_STORED_TYPES_H_
#define CONVERTER_PACK_CHOOSE_STORED_TYPES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/weight_source.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// What becomes of tensors that are not quantized.
enum class Unquantized {
  kFloatVectorsAreF32,  // as the runtime reads them, and Hugging Face's as GGUF
  kAsTheyAre,
};

// The type of each tensor of `source`, in its order. Unimplemented, naming the
// tensor, if one cannot be converted as `recipe` asks; InvalidArgument if that
// would quantize blocks a second time without leave, or for an importance
// matrix of another model.
absl::StatusOr<std::vector<DType>> ChooseStoredTypes(
    const WeightSource& source, const QuantizeRecipe& recipe,
    Unquantized unquantized, bool allow_requantize);

}  // namespace tessera

#endif  // CONVERTER_PACK_CHOOSE_STORED_TYPES_H_
