// What single steps of a normalizer do to the characters of a text.
#ifndef RUNTIME_TOKENIZER_TEXT_CHANGES_H_
#define RUNTIME_TOKENIZER_TEXT_CHANGES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace tessera {

struct TextChange {
  bool changed = false;
  bool keeps_start = true;  // the first character is the first of before
};

// All append the changed text, any bytes, to *result. Bytes that are no UTF-8
// stay as they are.

// Calls change(run, result) for each run of UTF-8 of `text`; what lies between
// is copied. `change` returns false, and appends nothing, if the run stays as
// it is.
TextChange ChangeRuns(
    absl::string_view text, std::string* result,
    absl::FunctionRef<bool(absl::string_view, std::string*)> change);

TextChange LowercaseText(absl::string_view text, std::string* result);

// Removes marks (unicode_class.h).
TextChange RemoveMarks(absl::string_view text, std::string* result);

// Control characters become spaces or are removed, as by SentencePiece's rule
// "nmt" and after it Hugging Face's.
TextChange ReplaceControls(absl::string_view text, std::string* result);

// Spaces at the ends are removed, and of several in a row all but one.
TextChange RemoveExtraSpaces(absl::string_view text, std::string* result);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_TEXT_CHANGES_H_
