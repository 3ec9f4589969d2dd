// Regular expressions from Oniguruma's syntax to PCRE2's.
#ifndef RUNTIME_TOKENIZER_REGEX_TRANSLATION_H_
#define RUNTIME_TOKENIZER_REGEX_TRANSLATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// An expression for PCRE2 (UTF, UCP, MULTILINE, newline LF) that matches what
// `expression` matches in Oniguruma with its default syntax (Oniguruma 6.9,
// doc/RE): \w \s \h and brackets are Unicode's, (?m) lets "." match newlines,
// "{1,3}+" repeats, classes nest and intersect, (?i) holds to the end of its
// group, \p{Han} is the script alone.
//
// Unimplemented, naming it, for what PCRE2 cannot say or tokenizers do not use:
// calls and named back references, callouts, absence, conditions, \X \K \y,
// options other than i and m. DataLoss if brackets do not match.
absl::StatusOr<std::string> TranslateOniguruma(absl::string_view expression);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_REGEX_TRANSLATION_H_
