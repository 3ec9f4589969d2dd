// Splits a text at the tokens that are matched as they are spelled.
#ifndef RUNTIME_TOKENIZER_SPECIAL_TOKENS_H_
#define RUNTIME_TOKENIZER_SPECIAL_TOKENS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// User-defined tokens are always matched, control and unknown tokens only if
// asked for: text from outside must not forge them. Immutable and thread-safe.
class SpecialTokens {
 public:
  // Refers to `vocabulary`, which must outlive it.
  explicit SpecialTokens(const Vocabulary& vocabulary);

  // Calls, in the order of the text, on_token(id) for each special token and
  // on_text(run) for each nonempty run between them. The leftmost token comes
  // first, and of those that start at one place the longest.
  void Split(absl::string_view text, bool parse_special,
             absl::FunctionRef<void(absl::string_view)> on_text,
             absl::FunctionRef<void(int32_t)> on_token) const;

 private:
  // Ids in the order of their texts. Those whose text starts with byte b are
  // [first[b], first[b + 1]).
  struct SortedTokens {
    std::vector<int32_t> ids;
    std::array<uint32_t, 257> first{};
  };

  void Sort(SortedTokens* tokens) const;
  // The longest token that `text` starts with, or -1.
  int32_t LongestPrefix(const SortedTokens& tokens,
                        absl::string_view text) const;

  const Vocabulary& vocabulary_;
  SortedTokens user_defined_;
  SortedTokens all_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SPECIAL_TOKENS_H_
