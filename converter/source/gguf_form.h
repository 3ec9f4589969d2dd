// The form in which GGUF can hold a tokenizer.
#ifndef CONVERTER_SOURCE_GGUF_FORM_H_
#define CONVERTER_SOURCE_GGUF_FORM_H_

#include <string>
#include <vector>

#include "formats/arena/tokenizer.pb.h"

namespace tessera {

struct GgufForm {
  std::string model;   // tokenizer.ggml.model: "gpt2", "llama", "gemma4", "t5";
                       // "none" if GGUF has no form for it
  std::string pre;     // tokenizer.ggml.pre
  TokenizerData data;  // with the tokens, types, scores and merges of that form
  bool remove_extra_spaces = false;  // of "t5"
  std::string charsmap;              // of "t5"
  // Where a reader will not give the same ids: whole sentences.
  std::vector<std::string> notes;
};

// The name under which a byte-level BPE is written that splits as no known name
// does. No reader knows it, and so none splits in another way.
inline constexpr char kUnnamedPretokenizer[] = "unnamed";

// The form of `tokenizer`. One that was read from GGUF keeps its own. A
// byte-level BPE is "gpt2" with the name of what splits as it does. A BPE over
// characters is "llama", with scores for its merges, if spaces are spelled as
// SentencePiece does; or "gemma4", if scores cannot say its merges, and no
// space is put in front. A Unigram is "t5".
GgufForm FormForGguf(const TokenizerData& tokenizer);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_GGUF_FORM_H_
