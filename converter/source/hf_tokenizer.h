// Hugging Face's tokenizer.json, with the files beside it, to a TokenizerData.
#ifndef CONVERTER_SOURCE_HF_TOKENIZER_H_
#define CONVERTER_SOURCE_HF_TOKENIZER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// The contents of the files, and what config.json says.
struct HfTokenizerFiles {
  std::string tokenizer;          // tokenizer.json
  std::string tokenizer_config;   // tokenizer_config.json; empty: none
  std::string generation_config;  // generation_config.json; empty: none

  uint64_t vocab_size = 0;  // 0: as many as tokenizer.json has
  std::optional<uint32_t> bos_token_id;
  std::vector<uint32_t> eos_token_ids;
};

// Reads a byte-level BPE tokenizer. Ids that no token has, up to vocab_size,
// become tokens "[PAD<id>]" of type unused. Added tokens are control tokens if
// they are special, otherwise user-defined; lstrip, rstrip and single_word have
// no counterpart and are ignored, as in llama.cpp.
//
// DataLoss, naming file and key, for broken JSON, values of the wrong type,
// ids that collide or lie beyond vocab_size, and merges of no tokens.
// Unimplemented, naming it, for another model type ("Unigram", "WordPiece"),
// pre-tokenizer, normalizer or post-processor.
absl::StatusOr<TokenizerData> TokenizerFromHuggingFace(
    const HfTokenizerFiles& files);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_TOKENIZER_H_
