// Numbers that a parser does not take.
#ifndef FORMATS_JSON_JSON_BIG_NUMBERS_H_
#define FORMATS_JSON_JSON_BIG_NUMBERS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `text`, of JSON, with integers beyond 64 bits written with a fraction, so
// that they parse as the nearest double, and numbers beyond every double as the
// largest one; and with the values NaN, Infinity and -Infinity, which are no
// JSON and which Python writes and reads, as strings of these names, so that
// who needs a number there says what was found. Nothing within strings changes,
// nor does what is no number. RFC 8259 leaves range and precision to the
// reader; transformers writes 1000000000000000019884624838656 for "no limit".
std::string WithNumbersThatFit(absl::string_view text);

}  // namespace tessera

#endif  // FORMATS_JSON_JSON_BIG_NUMBERS_H_
