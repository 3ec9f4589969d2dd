// The tokenizer in GGUF metadata (tokenizer.ggml.*), and back.
#ifndef CONVERTER_SOURCE_GGUF_TOKENIZER_H_
#define CONVERTER_SOURCE_GGUF_TOKENIZER_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/source/gguf_form.h"
#include "formats/arena/tokenizer.pb.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// The tokenizer that `metadata` describes: tokenizer.ggml.model "gpt2" (any
// pre-tokenizer, by name), "llama", "gemma4" or "t5".
//
// NotFound if there is none, Unimplemented for another model ("bert", "rwkv",
// ...): both messages are sentences for the user, who can convert the tensors
// all the same. DataLoss, naming the key, if a value has the wrong type, lists
// differ in length, an id is out of range or a merge names no token.
//
// Where keys say nothing, it is as in llama.cpp: a text begins with
// bos_token_id for "llama", and for "gpt2" with some names of pre-tokenizers
// (formats/tokenizer/known_pretokenizers.h), and ends with eos_token_id for
// "t5"; "llama" has ids 1, 2 and 0 for begin, end and unknown, "t5" has 1, 2
// and 0 for end, unknown and padding; "llama" puts a space before the text.
// Tokens that end a generation are found by their text.
absl::StatusOr<TokenizerData> TokenizerFromGguf(const GgufMetadata& metadata);

// A sentence for the user if `tokenizer`, which TokenizerFromGguf returned,
// splits a text in a way that is not known, or is not given; else "".
std::string NoteOnPretokenizer(const TokenizerData& tokenizer);

// Appends the entries that TokenizerFromGguf reads, in the order in which
// llama.cpp's converter writes them, for keys that `metadata` does not have
// yet. GGUF has room for two of end_of_generation_id (eot_token_id,
// eom_token_id); readers know the others by their text.
void AppendTokenizer(const GgufForm& form, GgufMetadata* metadata);
inline void AppendTokenizer(const TokenizerData& tokenizer,
                            GgufMetadata* metadata) {
  AppendTokenizer(FormForGguf(tokenizer), metadata);
}

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_TOKENIZER_H_
