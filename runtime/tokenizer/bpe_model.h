// Byte pair encoding: merges by rank.
#ifndef RUNTIME_TOKENIZER_BPE_MODEL_H_
#define RUNTIME_TOKENIZER_BPE_MODEL_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/byte_tokens.h"
#include "runtime/tokenizer/merge_table.h"
#include "runtime/tokenizer/vocabulary.h"
#include "runtime/tokenizer/word_model.h"

namespace tessera {

// A word starts as the tokens of its characters, and of all neighbours that
// have a merge the lowest rank is joined, the leftmost first, until none is
// left. Characters are those of the text, or the byte-level characters of its
// bytes. One that is no token becomes its byte tokens (byte_fallback), else the
// unknown token, else nothing.
class BpeModel : public WordModel {
 public:
  struct Options {
    bool words_are_bytes = false;  // to be spelled as byte-level characters
    // A character that is no token leaves a gap that no merge spans, as in
    // llama.cpp; else its neighbours are neighbours, as in the Rust library.
    bool unknown_leaves_gap = false;
  };

  // Refers to `vocabulary`, which must outlive it. DataLoss if merges
  // contradict it.
  static absl::StatusOr<std::unique_ptr<WordModel>> Create(
      const TokenizerData& data, const Vocabulary& vocabulary,
      const Options& options);

  std::unique_ptr<Scratch> NewScratch() const override;
  void Encode(absl::string_view word, Scratch* scratch,
              std::vector<int32_t>* ids) const override;

 private:
  class Merger;

  BpeModel(const TokenizerData& data, const Vocabulary& vocabulary,
           const Options& options, std::unique_ptr<MergeTable> merges);

  std::optional<int32_t> FindWhole(absl::string_view word) const;
  // The token of one character, or -1.
  int32_t FindChar(absl::string_view character) const;

  const Vocabulary& vocabulary_;
  const Options options_;
  const bool ignore_merges_;  // a whole word that is a token is that token
  const bool fuse_unknown_;
  const std::unique_ptr<MergeTable> merges_;
  std::optional<ByteTokens> byte_tokens_;  // for byte_fallback
  std::array<int32_t, 256> first_tokens_;  // of bytes, or of ASCII
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_BPE_MODEL_H_
