// Hugging Face's tokenizer.json, with the files beside it, to a TokenizerData.
#ifndef CONVERTER_SOURCE_HF_TOKENIZER_H_
#define CONVERTER_SOURCE_HF_TOKENIZER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// The contents of the files that there are, and what config.json says.
struct HfTokenizerFiles {
  std::optional<std::string> config;               // config.json
  std::optional<std::string> tokenizer;            // tokenizer.json
  std::optional<std::string> tokenizer_model;      // tokenizer.model
  std::optional<std::string> vocab;                // vocab.json
  std::optional<std::string> merges;               // merges.txt
  std::optional<std::string> tokenizer_config;     // tokenizer_config.json
  std::optional<std::string> special_tokens_map;   // special_tokens_map.json
  std::optional<std::string> added_tokens;         // added_tokens.json
  std::optional<std::string> generation_config;    // generation_config.json
  std::optional<std::string> chat_template;        // chat_template.json
  std::optional<std::string> chat_template_jinja;  // chat_template.jinja
  // additional_chat_templates/<name>.jinja, by name.
  std::map<std::string, std::string> additional_chat_templates;

  uint64_t vocab_size = 0;  // 0: as many as the tokenizer has
  std::optional<uint32_t> bos_token_id;
  std::vector<uint32_t> eos_token_ids;
};

// Reads tokenizer.json; or, where there is none, tokenizer.model of
// SentencePiece; or vocab.json with merges.txt.
//
// A tokenizer.json is a BPE or a Unigram; its steps are kept as they are
// (docs/tokenizers.md). Truncation and padding are not: each call of
// transformers sets them anew. Ids that no token has, up to vocab_size, become
// tokens "[PAD<id>]" of type unused; tokens beyond vocab_size are kept.
//
// NotFound if there is none of the files. DataLoss, naming file and key, for
// broken JSON, values of the wrong type, ids that collide, and merges of no
// tokens. Unimplemented, naming it, for what is not supported: models
// ("WordPiece", "WordLevel"), steps, classes without a tokenizer.json.
absl::StatusOr<TokenizerData> TokenizerFromHuggingFace(
    const HfTokenizerFiles& files);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_TOKENIZER_H_
