// The tokenizer of an arena as its GGUF file has it.
#ifndef CONVERTER_EXPORT_TOKENIZER_H_
#define CONVERTER_EXPORT_TOKENIZER_H_

#include <optional>

#include "converter/source/gguf_form.h"
#include "converter/source/weight_source.h"

namespace tessera {

// nullopt if `arena` has no tokenizer. Of one that has more tokens than the
// model has embeddings, which readers of GGUF refuse, those beyond are left
// out.
std::optional<GgufForm> ExportedTokenizer(const WeightSource& arena);

}  // namespace tessera

#endif  // CONVERTER_EXPORT_TOKENIZER_H_
