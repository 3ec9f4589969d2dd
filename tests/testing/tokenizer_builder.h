// Small tokenizers for tests, token by token.
#ifndef TESTS_TESTING_TOKENIZER_BUILDER_H_
#define TESTS_TESTING_TOKENIZER_BUILDER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "formats/arena/token_type.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

class TokenizerBuilder {
 public:
  // A byte-level BPE with the 256 bytes as tokens 0 to 255, no merges, and the
  // pre-tokenizer of GPT-2.
  static TokenizerBuilder ByteLevel();
  // A SentencePiece tokenizer with "<unk>" "<s>" "</s>" as 0 to 2 and the 256
  // byte tokens as 3 to 258; no begin of text is added, no space prefix.
  static TokenizerBuilder Sentencepiece();

  // No tokens, no steps.
  static TokenizerBuilder Empty(TokenizerData::Kind kind);

  // Appends a token and returns its id.
  uint32_t Token(absl::string_view text, TokenType type = TokenType::kNormal,
                 float score = 0);
  // Appends the merge of two tokens, given by their texts, and its result if
  // that is no token yet. Returns the result's id.
  uint32_t Merge(absl::string_view left, absl::string_view right);

  // The id of the first token with that text; there must be one.
  uint32_t Id(absl::string_view text) const;

  TokenizerData& data() { return data_; }

 private:
  // The same, or the number of tokens.
  uint32_t Find(absl::string_view text) const;

  TokenizerData data_;
};

}  // namespace tessera

#endif  // TESTS_TESTING_TOKENIZER_BUILDER_H_
