// Splits a text into the words within which tokens are looked for.
#ifndef RUNTIME_TOKENIZER_SPLITTER_H_
#define RUNTIME_TOKENIZER_SPLITTER_H_

#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/tokenizer.pb.h"
#include "runtime/tokenizer/split_rules.h"

namespace tessera {

// A list of SplitSteps, each of which splits the pieces of the one before it,
// as the pre-tokenizers of the Rust library `tokenizers` do. Immutable after
// Create and thread-safe.
class Splitter {
 public:
  // If `leave_bytes`, the last step is a ByteLevel, and words are bytes that it
  // has yet to spell as characters. DataLoss for a damaged step and for more
  // than 64 steps; Unimplemented for what is not known or cannot be translated.
  static absl::StatusOr<std::unique_ptr<Splitter>> Create(
      absl::Span<const SplitStep* const> steps, bool leave_bytes);

  // Calls on_word for each word of `text`, in order. `starts_text` says that it
  // is the start of all that is encoded. Words refer to `text` or to
  // scratch->texts.
  void Split(absl::string_view text, bool starts_text, SplitScratch* scratch,
             absl::FunctionRef<void(absl::string_view)> on_word) const;

 private:
  Splitter() = default;

  void Apply(size_t rule, const Piece& piece, SplitScratch* scratch,
             absl::FunctionRef<void(absl::string_view)> on_word) const;

  std::vector<std::unique_ptr<SplitRule>> rules_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_SPLITTER_H_
