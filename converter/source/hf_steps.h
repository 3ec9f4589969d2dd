// The steps of a part of tokenizer.json.
#ifndef CONVERTER_SOURCE_HF_STEPS_H_
#define CONVERTER_SOURCE_HF_STEPS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "formats/json/json_document.h"

namespace tessera {

// The steps under `part` ("normalizer", "pre_tokenizer", "decoder",
// "post_processor") of `tokenizer`, in order: the one that stands there, or
// those of a Sequence, whose own Sequences are resolved. Empty if there are
// none. DataLoss, naming the part, for what is no step, and for more than a
// thousand.
absl::StatusOr<std::vector<JsonValue>> HfSteps(JsonValue tokenizer,
                                               absl::string_view part);

// "tokenizer.json: " in front.
absl::Status HfUnsupported(absl::string_view what);  // "... is not supported"
absl::Status HfDamaged(absl::string_view problem);

// A pattern of Split and Replace: {"String": ...} or {"Regex": ...}.
struct HfPattern {
  std::string text;
  bool is_regex = false;
};
absl::StatusOr<HfPattern> ReadHfPattern(JsonValue step);

// A member that must be a text; `part` is for the message. Required: DataLoss
// if it is missing.
absl::StatusOr<std::string> HfRequiredText(JsonValue step,
                                           absl::string_view key,
                                           absl::string_view part);

// The same for a text of one character.
absl::StatusOr<std::string> HfRequiredCharacter(JsonValue step,
                                                absl::string_view key,
                                                absl::string_view part);

// Reads a Replace into the message of a normalizer or of a decoder.
template <typename Replace>
absl::Status ReadHfReplace(JsonValue step, absl::string_view part,
                           Replace* replace) {
  TESSERA_ASSIGN_OR_RETURN(HfPattern pattern, ReadHfPattern(step));
  TESSERA_ASSIGN_OR_RETURN(*replace->mutable_content(),
                           HfRequiredText(step, "content", part));
  replace->set_pattern(std::move(pattern.text));
  replace->set_is_regex(pattern.is_regex);
  return absl::OkStatus();
}

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_STEPS_H_
