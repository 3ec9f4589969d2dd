// Which steps a tokenizer takes, whether they are listed or named.
#ifndef RUNTIME_TOKENIZER_TOKENIZER_STEPS_H_
#define RUNTIME_TOKENIZER_TOKENIZER_STEPS_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/added_tokens.h"
#include "runtime/tokenizer/normalizer.h"
#include "runtime/tokenizer/splitter.h"
#include "runtime/tokenizer/vocabulary.h"
#include "runtime/tokenizer/word_model.h"

namespace tessera {

// What text goes through to become tokens, in this order. Immutable and
// thread-safe.
struct TokenizerSteps {
  std::unique_ptr<Normalizer> normalizer;
  std::unique_ptr<Splitter> splitter;
  std::unique_ptr<WordModel> model;
  // Words of the splitter may be cut at U+2581 (word_starts.h).
  bool cut_at_spaces = false;
};

// The steps that `data` lists, or those that its pre_tokenizer and kind stand
// for. Refers to `vocabulary`, which must outlive them. Errors as
// Tokenizer::Create.
absl::StatusOr<TokenizerSteps> MakeTokenizerSteps(const TokenizerData& data,
                                                  const Vocabulary& vocabulary);

// Tokens that are matched as they are spelled, before anything else is done.
struct AddedTokenSets {
  std::unique_ptr<AddedTokens> in_text;  // before it is normalized
  // The same, and control tokens that else are matched in normalized text,
  // where it cannot be told any more who wrote what.
  std::unique_ptr<AddedTokens> in_marked_text;
  std::unique_ptr<AddedTokens> in_normalized_text;
};

// DataLoss if token_flags has another length than the vocabulary.
absl::StatusOr<AddedTokenSets> MakeAddedTokens(const TokenizerData& data,
                                               const Vocabulary& vocabulary,
                                               const Normalizer& normalizer);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_TOKENIZER_STEPS_H_
