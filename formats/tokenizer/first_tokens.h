// A tokenizer without the tokens that a model has no embedding for.
#ifndef FORMATS_TOKENIZER_FIRST_TOKENS_H_
#define FORMATS_TOKENIZER_FIRST_TOKENS_H_

#include <cstdint>
#include <vector>

#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// `data`, whose lists fit together and whose ids are tokens, without tokens
// from `count` on, and without merges that need one of them. What stood for one
// (begin of text, ends of a generation) is not set then.
TokenizerData FirstTokens(TokenizerData data, uint32_t count);

// Ids that stand before or behind every text.
std::vector<uint32_t> TokensAroundTexts(const TokenizerData& data);

}  // namespace tessera

#endif  // FORMATS_TOKENIZER_FIRST_TOKENS_H_
