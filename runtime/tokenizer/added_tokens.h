// Splits a text at the tokens that are matched as they are spelled.
#ifndef RUNTIME_TOKENIZER_ADDED_TOKENS_H_
#define RUNTIME_TOKENIZER_ADDED_TOKENS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/tokenizer/byte_trie.h"
#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

// How one token is matched (TokenizerData.token_flags).
struct AddedToken {
  int32_t id = 0;
  bool is_control = false;   // only where control tokens are asked for
  bool is_markup = false;    // of chat templates: never in what users wrote
  bool strip_left = false;   // takes the white space before it
  bool strip_right = false;  // takes the white space behind it
  bool single_word = false;  // not next to characters of a word
  std::string text;          // as it is matched
};

// Matches as the Rust library `tokenizers` does: the leftmost token first, of
// those that start at one place the longest. Immutable and thread-safe.
class AddedTokens {
 public:
  explicit AddedTokens(std::vector<AddedToken> tokens);

  bool empty() const { return trie_.empty(); }

  // Calls, in the order of the text, on_token(id) for each token and
  // on_text(run) for each nonempty run between them. Control tokens are matched
  // if `parse_control`; neither they nor markup where a byte of them is in a
  // range of `plain`.
  void Split(absl::string_view text, bool parse_control,
             absl::Span<const TextRange> plain,
             absl::FunctionRef<void(absl::string_view)> on_text,
             absl::FunctionRef<void(int32_t)> on_token) const;

 private:
  // The longest token that stands at `begin`, or null.
  const AddedToken* FindAt(absl::string_view text, size_t begin,
                           bool parse_control,
                           absl::Span<const TextRange> plain) const;

  std::vector<AddedToken> tokens_;
  ByteTrie trie_;  // values are indexes of tokens_
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_ADDED_TOKENS_H_
