// Where a text stops being JSON.
#ifndef FORMATS_JSON_JSON_ERROR_OFFSET_H_
#define FORMATS_JSON_JSON_ERROR_OFFSET_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace tessera {

// The first byte of `text` with which it cannot be one JSON value (RFC 8259);
// text.size() if it ends too early. Nothing if the grammar is obeyed, to
// which Python's NaN, Infinity and -Infinity belong as values here. Invalid
// UTF-8 and the size of numbers are not looked at. For messages: slow.
std::optional<size_t> JsonErrorOffset(absl::string_view text);

}  // namespace tessera

#endif  // FORMATS_JSON_JSON_ERROR_OFFSET_H_
