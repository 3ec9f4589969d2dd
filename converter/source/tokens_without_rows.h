// Tokens that a model has no embedding for.
#ifndef CONVERTER_SOURCE_TOKENS_WITHOUT_ROWS_H_
#define CONVERTER_SOURCE_TOKENS_WITHOUT_ROWS_H_

#include "converter/source/weight_source.h"

namespace tessera {

// Notes how many tokens of the tokenizer there are beyond the rows of the
// embedding, which has GGUF's name, if any. Fine-tunes that added a token and
// did not train it have such.
void NoteTokensWithoutRows(WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_TOKENS_WITHOUT_ROWS_H_
