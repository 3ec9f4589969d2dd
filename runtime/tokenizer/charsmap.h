// SentencePiece's precompiled_charsmap: a table of texts and what each becomes.
#ifndef RUNTIME_TOKENIZER_CHARSMAP_H_
#define RUNTIME_TOKENIZER_CHARSMAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// The format is SentencePiece's (src/normalizer.cc): the size in bytes of a
// trie, little-endian, 32 bits; the trie, a double array of 32-bit units as
// Darts-clone writes them; then the replacements, each with a zero behind it,
// to which the trie's values are offsets. Immutable and thread-safe.
class Charsmap {
 public:
  // Copies `data`. DataLoss if the trie's size is wrong, or if replacements are
  // not UTF-8 or have more than 256 bytes. What else may be wrong ends a
  // look-up without a match.
  static absl::StatusOr<Charsmap> Create(absl::string_view data);

  // `text`, UTF-8, as SentencePiece and llama.cpp change it: at each place the
  // longest entry that matches is replaced.
  std::string NormalizeByPrefix(absl::string_view text) const;

  // The same as the Rust library tokenizers does, of at most 2^31 bytes: a
  // grapheme cluster of fewer than 6 bytes that starts with an entry becomes
  // the replacement of the shortest such entry; in others each character by
  // itself.
  std::string NormalizeByGrapheme(absl::string_view text) const;

 private:
  struct Match {
    size_t size;  // bytes of the text
    absl::string_view replacement;
  };

  Charsmap() = default;

  // The shortest or longest entry that `text` starts with.
  std::optional<Match> FindPrefix(absl::string_view text, bool longest) const;
  void AppendGrapheme(absl::string_view grapheme, std::string* result) const;

  std::vector<uint32_t> trie_;
  std::string replacements_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_CHARSMAP_H_
