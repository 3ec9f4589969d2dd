// How far a mistyped word is from another.
#ifndef BASE_EDIT_DISTANCE_H_
#define BASE_EDIT_DISTANCE_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace tessera {

// The least number of edits that make `b` of `a`: a byte more, less or other,
// or two neighbours swapped (Damerau and Levenshtein, restricted).
size_t EditDistance(absl::string_view a, absl::string_view b);

// Distances below this are typing mistakes of a name of `size` bytes: less than
// half of a short name, and two bytes of a long one.
size_t TypingMistakes(size_t size);

}  // namespace tessera

#endif  // BASE_EDIT_DISTANCE_H_
