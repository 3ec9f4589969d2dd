// Where a text can be cut without changing its tokens.
#ifndef RUNTIME_TOKENIZER_WORD_STARTS_H_
#define RUNTIME_TOKENIZER_WORD_STARTS_H_

#include <array>
#include <cstddef>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// SentencePiece's vocabularies spell spaces as U+2581, and hardly a piece goes
// on with one behind another character. Where none does behind that character,
// merges on either side of the space do not meet, and the parts can be merged
// one by one: the result is the same, the lists stay in the cache, and parts
// that come again need not be merged again. Immutable and thread-safe.
class WordStarts {
 public:
  explicit WordStarts(const Vocabulary& vocabulary);

  // Calls on_part for each part of `text`; together they are `text`.
  void Split(absl::string_view text,
             absl::FunctionRef<void(absl::string_view)> on_part) const;

 private:
  // Whether some piece has a space behind the character that `text` ends with.
  bool JoinsSpace(absl::string_view text) const;

  bool has_space_ = false;  // the space alone is a token
  // Characters that pieces have before a space.
  std::array<bool, 128> ascii_{};
  absl::flat_hash_set<char32_t> others_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_WORD_STARTS_H_
