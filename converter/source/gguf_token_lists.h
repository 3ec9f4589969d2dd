// The lists of a tokenizer in GGUF metadata: tokens, scores, types and merges.
#ifndef CONVERTER_SOURCE_GGUF_TOKEN_LISTS_H_
#define CONVERTER_SOURCE_GGUF_TOKEN_LISTS_H_

#include "absl/status/status.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// Reads tokenizer.ggml.tokens, .scores, .token_type and, for BPE, .merges into
// `data`, whose kind is set. Scores are needed for SentencePiece and Unigram,
// merges for BPE (but not for "kimi-k2", as in llama.cpp), types never.
// DataLoss, naming the key, for a list that is missing, of the wrong type or
// length, or holds an impossible value.
absl::Status ReadTokenLists(const GgufMetadata& metadata, TokenizerData* data);

// Appends the same keys, those that `data` has something for. The lists of
// `data` must be consistent.
void AppendTokenLists(const TokenizerData& data, GgufMetadata* metadata);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_TOKEN_LISTS_H_
