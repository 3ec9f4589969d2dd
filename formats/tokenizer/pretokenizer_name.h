// Which of GGUF's names fits a way of splitting that comes from tokenizer.json.
#ifndef FORMATS_TOKENIZER_PRETOKENIZER_NAME_H_
#define FORMATS_TOKENIZER_PRETOKENIZER_NAME_H_

#include <optional>
#include <string>

#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// The name (tokenizer.ggml.pre) under which llama.cpp splits as `tokenizer`
// does, which is a byte-level BPE with steps in `split`. nullopt if there is
// none.
//
// Of several names the one is taken whose ignore_merges is the tokenizer's, if
// there is one. Names differ from Hugging Face in what llama.cpp never does: it
// composes no text (NFC), and knows no capitals beyond ASCII.
std::optional<std::string> NameOfPretokenizer(const TokenizerData& tokenizer);

}  // namespace tessera

#endif  // FORMATS_TOKENIZER_PRETOKENIZER_NAME_H_
