// The likeliest division of a word into tokens.
#ifndef RUNTIME_TOKENIZER_UNIGRAM_MODEL_H_
#define RUNTIME_TOKENIZER_UNIGRAM_MODEL_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/byte_tokens.h"
#include "runtime/tokenizer/byte_trie.h"
#include "runtime/tokenizer/vocabulary.h"
#include "runtime/tokenizer/word_model.h"

namespace tessera {

// SentencePiece's unigram model: of all ways to divide a word into tokens, the
// one with the greatest sum of scores (Viterbi's algorithm, in doubles, as the
// Rust library `tokenizers` and llama.cpp). A character that is no token counts
// the lowest score less 10; neighbours that are none become one unknown token,
// or with byte_fallback the byte tokens of their UTF-8.
class UnigramModel : public WordModel {
 public:
  // Refers to `vocabulary`, which has scores and must outlive it.
  static std::unique_ptr<WordModel> Create(const TokenizerData& data,
                                           const Vocabulary& vocabulary);

  std::unique_ptr<Scratch> NewScratch() const override;
  void Encode(absl::string_view word, Scratch* scratch,
              std::vector<int32_t>* ids) const override;

 private:
  struct Lattice;

  UnigramModel(const TokenizerData& data, const Vocabulary& vocabulary);

  // Finds the best way to each place of `word`.
  void FindPaths(absl::string_view word, Lattice* lattice) const;
  void AppendUnknown(absl::string_view text, std::vector<int32_t>* ids) const;

  const Vocabulary& vocabulary_;
  const ByteTrie trie_;
  double unknown_score_ = 0;
  std::optional<ByteTokens> byte_tokens_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_UNIGRAM_MODEL_H_
