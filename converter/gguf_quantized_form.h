// The form that llama-quantize gives a GGUF file.
#ifndef CONVERTER_GGUF_QUANTIZED_FORM_H_
#define CONVERTER_GGUF_QUANTIZED_FORM_H_

#include "converter/gguf_plan_file.h"
#include "converter/quantize/quantize_recipe.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Makes of `file`, one file with all tensors of `source` as they are, what
// llama-quantize (tools/quantize/quantize.cpp, src/llama-quant.cpp) writes of
// it: tensors by layer and name, in the usual layout; at the end of the
// metadata general.quantization_version, general.file_type, and what there is
// to tell of an importance matrix; no keys split.*. Without a mix in `recipe`
// the file type stays, and one that GGUF has no number for is left out.
void GiveQuantizedForm(const WeightSource& source, const QuantizeRecipe& recipe,
                       GgufPlanFile* file);

}  // namespace tessera

#endif  // CONVERTER_GGUF_QUANTIZED_FORM_H_
