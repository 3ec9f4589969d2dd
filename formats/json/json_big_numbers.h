// Numbers that are legal JSON and larger than a parser takes.
#ifndef FORMATS_JSON_JSON_BIG_NUMBERS_H_
#define FORMATS_JSON_JSON_BIG_NUMBERS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `text`, of JSON, with integers beyond 64 bits written with a fraction, so
// that they parse as the nearest double, and numbers beyond every double as the
// largest one. Nothing within strings changes, nor does what is no number.
// RFC 8259 leaves range and precision to the reader; transformers writes
// 1000000000000000019884624838656 for "no limit".
std::string WithNumbersThatFit(absl::string_view text);

}  // namespace tessera

#endif  // FORMATS_JSON_JSON_BIG_NUMBERS_H_
