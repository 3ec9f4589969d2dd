// What a Hugging Face tokenizer puts between two texts.
#ifndef CONVERTER_SOURCE_HF_SEPARATOR_H_
#define CONVERTER_SOURCE_HF_SEPARATOR_H_

#include <optional>

#include "formats/json/json_document.h"

namespace tessera {

// GGUF's tokenizer.ggml.add_sep_token, as llama.cpp's converter takes it from
// `tokenizer` (tokenizer.json) and `tokenizer_config`: true if the template of
// a pair has the token sep or eos between the texts, false if it has another
// one. nullopt, and GGUF files have no such key, if it has none or there is no
// template.
std::optional<bool> HfAddsSeparator(
    JsonValue tokenizer, const std::optional<JsonValue>& tokenizer_config);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_SEPARATOR_H_
