// Merges by the scores of pieces: SentencePiece's BPE as llama.cpp runs it.
#ifndef RUNTIME_TOKENIZER_PIECE_MODEL_H_
#define RUNTIME_TOKENIZER_PIECE_MODEL_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/byte_tokens.h"
#include "runtime/tokenizer/vocabulary.h"
#include "runtime/tokenizer/word_model.h"

namespace tessera {

// A word starts as its characters, and of all neighbours that together are a
// token those with the highest score are joined, the leftmost first, until none
// is left. A character that is no token becomes the byte tokens "<0xNN>" of its
// UTF-8; without those, the unknown token, or nothing if there is none. Bytes
// that are no UTF-8 are characters of one byte.
class PieceModel : public WordModel {
 public:
  // Refers to `vocabulary`, which has scores and must outlive it. DataLoss for
  // a byte token that is not spelled "<0xNN>".
  static absl::StatusOr<std::unique_ptr<WordModel>> Create(
      const Vocabulary& vocabulary);

  std::unique_ptr<Scratch> NewScratch() const override;
  void Encode(absl::string_view word, Scratch* scratch,
              std::vector<int32_t>* ids) const override;

 private:
  class Merger;

  PieceModel(const Vocabulary& vocabulary, const ByteTokens& byte_tokens)
      : vocabulary_(vocabulary), byte_tokens_(byte_tokens) {}

  const Vocabulary& vocabulary_;
  const ByteTokens byte_tokens_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_PIECE_MODEL_H_
