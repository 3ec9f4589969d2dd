// A tokenizer for models that have none.
#ifndef BENCH_SYNTHETIC_TOKENIZER_H_
#define BENCH_SYNTHETIC_TOKENIZER_H_

#include <cstdint>

#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// The fewest tokens that MakeSyntheticTokenizer can make a tokenizer of.
inline constexpr uint64_t kLeastSyntheticTokens = 3 + 256;

// A valid SentencePiece vocabulary of `tokens` tokens, at least
// kLeastSyntheticTokens: <unk>, <s>, </s>, the 256 bytes, then words " t259",
// " t260", ... that no text contains. Any text can be encoded, byte by byte.
TokenizerData MakeSyntheticTokenizer(uint64_t tokens);

}  // namespace tessera

#endif  // BENCH_SYNTHETIC_TOKENIZER_H_
