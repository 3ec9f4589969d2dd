// The tokenizer in GGUF metadata (tokenizer.ggml.*), and back.
#ifndef CONVERTER_SOURCE_GGUF_TOKENIZER_H_
#define CONVERTER_SOURCE_GGUF_TOKENIZER_H_

#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// The tokenizer that `metadata` describes: tokenizer.ggml.model "gpt2" (any
// pre-tokenizer, by name) or "llama".
//
// NotFound if there is none, Unimplemented for another model ("bert", "t5",
// ...): both messages are sentences for the user, who can convert the tensors
// all the same. DataLoss, naming the key, if a value has the wrong type, lists
// differ in length, an id is out of range or a merge names no token.
//
// As in llama.cpp, a text begins with bos_token_id by default for "llama" and
// for "gpt2" with pre-tokenizer "llama-bpe"; "llama" has ids 1, 2 and 0 for
// begin, end and unknown, and puts a space before the text. Keys override all
// of this.
absl::StatusOr<TokenizerData> TokenizerFromGguf(const GgufMetadata& metadata);

// Appends the entries that TokenizerFromGguf reads, in the order in which
// llama.cpp's converter writes them, for keys that `metadata` does not have
// yet. `tokenizer` must be one that TokenizerFromGguf or
// TokenizerFromHuggingFace returned. GGUF has room for two of
// end_of_generation_id (eot_token_id, eom_token_id); readers know the others by
// their text.
void AppendTokenizer(const TokenizerData& tokenizer, GgufMetadata* metadata);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_TOKENIZER_H_
