// Tokens that a Hugging Face folder adds to those of the model.
#ifndef CONVERTER_SOURCE_HF_ADDED_TOKENS_H_
#define CONVERTER_SOURCE_HF_ADDED_TOKENS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "converter/source/hf_vocabulary.h"
#include "formats/json/json_document.h"

namespace tessera {

// The configuration of a tokenizer; each is a file that need not exist.
struct HfTokenizerConfig {
  std::optional<JsonValue> tokenizer_config;    // tokenizer_config.json
  std::optional<JsonValue> special_tokens_map;  // special_tokens_map.json
  std::optional<JsonValue> added_tokens;        // added_tokens.json

  // The text of a special token ("bos_token"): of special_tokens_map, where
  // tokenizer_config has no added_tokens_decoder and the map has the token; of
  // tokenizer_config otherwise. Written as a text, or an object with its
  // content. "" if there is none.
  absl::string_view SpecialText(absl::string_view role) const;
};

// Adds the tokens under "added_tokens" of `tokenizer`, a tokenizer.json.
// DataLoss if one has no text or no id.
absl::Status AddListedTokens(JsonValue tokenizer, HfVocabulary* vocabulary);

// Adds what transformers adds when it loads a folder: the tokens of
// added_tokens_decoder, or of added_tokens.json where that is missing, by id,
// and then special tokens that are no tokens yet. DataLoss for a token that is
// no text.
absl::Status AddConfiguredTokens(const HfTokenizerConfig& config,
                                 HfVocabulary* vocabulary);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_ADDED_TOKENS_H_
