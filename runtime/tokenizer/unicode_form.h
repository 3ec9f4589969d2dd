// Unicode's normalization forms.
#ifndef RUNTIME_TOKENIZER_UNICODE_FORM_H_
#define RUNTIME_TOKENIZER_UNICODE_FORM_H_

#include <string>

#include "absl/strings/string_view.h"
#include "formats/arena/tokenizer.pb.h"

namespace tessera {

// Appends `text`, UTF-8, in `form` to *result. False, with *result as it was,
// if `text` is in that form already.
bool AppendInUnicodeForm(NormalizerStep::UnicodeForm form,
                         absl::string_view text, std::string* result);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_UNICODE_FORM_H_
