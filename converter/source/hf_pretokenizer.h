// Which known pre-tokenizer a tokenizer.json describes.
#ifndef CONVERTER_SOURCE_HF_PRETOKENIZER_H_
#define CONVERTER_SOURCE_HF_PRETOKENIZER_H_

#include <string>

#include "absl/status/statusor.h"
#include "formats/json/json_document.h"

namespace tessera {

// GGUF's name ("gpt-2", "llama-bpe", "qwen2") for the members normalizer and
// pre_tokenizer of `tokenizer`, the root of a tokenizer.json.
//
// Known are ByteLevel with use_regex, and a Sequence of Split by the regular
// expression of one of the three and ByteLevel without. The normalizer must be
// absent or NFC; NFC is not applied: text is taken to be composed, as llama.cpp
// does. Unimplemented, naming or quoting what differs, otherwise.
absl::StatusOr<std::string> HfPretokenizerName(JsonValue tokenizer);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_PRETOKENIZER_H_
