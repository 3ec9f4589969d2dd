// Names that fit a column of a table.
#ifndef BASE_CUT_TEXT_H_
#define BASE_CUT_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `name` in at most `columns` printable ASCII characters, on one line: other
// bytes are escaped, and what is too long loses its middle, since names of
// tensors differ at both ends: "model.layers.0...q_proj.weight". `columns` is 5
// or more.
std::string CutMiddle(absl::string_view name, size_t columns);

}  // namespace tessera

#endif  // BASE_CUT_TEXT_H_
