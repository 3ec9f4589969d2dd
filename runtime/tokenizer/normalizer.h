// What changes a text before it is split: a list of NormalizerSteps.
#ifndef RUNTIME_TOKENIZER_NORMALIZER_H_
#define RUNTIME_TOKENIZER_NORMALIZER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"
#include "google/protobuf/repeated_field.h"
#include "runtime/tokenizer/charsmap.h"
#include "runtime/tokenizer/regex.h"

namespace tessera {

// Gives what the normalizers of the Rust library `tokenizers` give. Bytes that
// are no UTF-8 stay as they are, and the text on either side of them is
// normalized as if it stood alone. Immutable after Create and thread-safe.
class Normalizer {
 public:
  // DataLoss for a step that says nothing or is damaged, and for more than 64
  // steps; Unimplemented for a regular expression that cannot be translated.
  static absl::StatusOr<std::unique_ptr<Normalizer>> Create(
      const google::protobuf::RepeatedPtrField<NormalizerStep>& steps);

  // The text normalized: `text` or a part of it where nothing else changes, or
  // else *storage, which is overwritten. Sets *keeps_start to false if the
  // first character does not stem from the first of `text`.
  //
  // No step makes a text longer than 32 times what it was at first and 1 MiB:
  // one that would is left out.
  absl::string_view Normalize(absl::string_view text, Regex::Scratch* scratch,
                              std::string* storage, bool* keeps_start) const;

 private:
  struct Rule {
    NormalizerStep step;
    std::unique_ptr<Regex> regex;
    std::optional<Charsmap> charsmap;
  };

  Normalizer() = default;

  static absl::StatusOr<Rule> MakeRule(const NormalizerStep& step);
  // Writes to *result, which is empty, what `rule` makes of `text`; false if
  // that is no change, or longer than `limit`.
  static bool Apply(const Rule& rule, absl::string_view text, size_t limit,
                    Regex::Scratch* scratch, std::string* result,
                    bool* keeps_start);

  std::vector<Rule> rules_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_NORMALIZER_H_
