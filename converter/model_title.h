// The name of a model for people.
#ifndef CONVERTER_MODEL_TITLE_H_
#define CONVERTER_MODEL_TITLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "smollm2-135M-instruct" as "Smollm2 135M Instruct", which is how llama.cpp's
// converter makes GGUF's general.name of the name of a folder: words that are
// all in lower case begin with a capital, but for versions ("v0.1") and what
// begins with a digit.
std::string ModelTitle(absl::string_view name);

}  // namespace tessera

#endif  // CONVERTER_MODEL_TITLE_H_
