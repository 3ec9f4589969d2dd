// SentencePiece's BPE with byte fallback: Llama 1 and 2, Mistral 7B, Phi 3.
#ifndef RUNTIME_TOKENIZER_SENTENCEPIECE_TOKENIZER_H_
#define RUNTIME_TOKENIZER_SENTENCEPIECE_TOKENIZER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/special_tokens.h"
#include "runtime/tokenizer/tokenizer.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// Text is split at special tokens. Of each run spaces become U+2581, and one
// more is put in front if the run starts the text or follows a special token
// (add_space_prefix). It starts as its characters, and of all neighbours that
// together are a token those with the highest score are joined, the leftmost
// first, until none is left. A character that is no token becomes the byte
// tokens "<0xNN>" of its UTF-8; without those, the unknown token, or nothing if
// there is none. Bytes that are no UTF-8 are characters of one byte.
//
// Decode gives a space for every U+2581; the one in front of a text is the
// caller's to remove.
class SentencepieceTokenizer : public Tokenizer {
 public:
  // Errors as Tokenizer::Create.
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Create(
      const TokenizerData& data);

  std::vector<int32_t> Encode(absl::string_view text,
                              const EncodeOptions& options) const override;
  std::string Decode(int32_t id) const override;
  absl::string_view Spelling(int32_t id) const override;
  int32_t size() const override { return vocabulary_->size(); }
  bool IsEndOfGeneration(int32_t id) const override;

 private:
  class PieceMerger;

  SentencepieceTokenizer(std::unique_ptr<Vocabulary> vocabulary,
                         bool add_space_prefix);

  // Sets byte_token_. DataLoss for a byte token that is not spelled "<0xNN>".
  absl::Status FindByteTokens();

  std::unique_ptr<Vocabulary> vocabulary_;
  const bool add_space_prefix_;
  // No piece has a space behind something else, as SentencePiece trains them.
  bool pieces_end_with_words_ = true;
  SpecialTokens special_tokens_;
  std::array<int32_t, 256> byte_token_;  // -1 where there is none
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SENTENCEPIECE_TOKENIZER_H_
