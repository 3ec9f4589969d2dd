// Compares what two models say besides their tensors.
#ifndef CONVERTER_INSPECT_DIFF_FACTS_H_
#define CONVERTER_INSPECT_DIFF_FACTS_H_

#include "converter/inspect/model_diff.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Fills what `diff` says of metadata, configuration, tokenizer, chat templates
// and attachments. A part that one side cannot have (a safetensors file has no
// metadata of GGUF) is not compared, and says so.
void DiffFacts(const WeightSource& a, const WeightSource& b, ModelDiff* diff);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DIFF_FACTS_H_
