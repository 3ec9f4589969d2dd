// Byte-level byte pair encoding: GPT-2, Llama 3, Qwen 2 and their like.
#ifndef RUNTIME_TOKENIZER_BPE_TOKENIZER_H_
#define RUNTIME_TOKENIZER_BPE_TOKENIZER_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/merge_table.h"
#include "runtime/tokenizer/pretokenizer.h"
#include "runtime/tokenizer/special_tokens.h"
#include "runtime/tokenizer/tokenizer.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// Text is split at special tokens, then into words by the pre-tokenizer. Each
// word starts as the tokens of its bytes, and of all neighbours that have a
// merge the lowest rank is joined, the leftmost first, until none is left.
//
// Decoding an encoding gives the text back, whatever its bytes, provided that
// the vocabulary has a token for every byte, as real ones do. A byte without
// one becomes the unknown token, or nothing if there is none.
class BpeTokenizer : public Tokenizer {
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
  class WordMerger;

  BpeTokenizer(std::unique_ptr<Vocabulary> vocabulary,
               std::unique_ptr<MergeTable> merges,
               std::unique_ptr<Pretokenizer> pretokenizer, bool ignore_merges);

  std::unique_ptr<Vocabulary> vocabulary_;
  std::unique_ptr<MergeTable> merges_;
  std::unique_ptr<Pretokenizer> pretokenizer_;
  const bool ignore_merges_;  // a whole word that is a token is that token
  SpecialTokens special_tokens_;
  std::array<int32_t, 256> byte_token_;  // -1 where there is none
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_BPE_TOKENIZER_H_
