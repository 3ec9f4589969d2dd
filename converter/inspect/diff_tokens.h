// Compares the vocabularies of two tokenizers.
#ifndef CONVERTER_INSPECT_DIFF_TOKENS_H_
#define CONVERTER_INSPECT_DIFF_TOKENS_H_

#include <vector>

#include "converter/inspect/model_diff.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// Where tokens, their types and scores, and merges differ: of each list its
// size, and the first element that is not the same.
std::vector<FactDifference> DiffTokens(const TokenizerData& a,
                                       const TokenizerData& b);

// `tokenizer` without these lists and without chat templates.
TokenizerData TokenizerSettings(TokenizerData tokenizer);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_DIFF_TOKENS_H_
