// Numbers in sentences.
#ifndef BASE_COUNTED_H_
#define BASE_COUNTED_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// "12,345".
std::string WithCommas(uint64_t number);

// "1 tensor", "2 tensors", "12,345 tensors". `many` is the plural where it is
// not `one` and an s.
std::string Counted(uint64_t count, absl::string_view one,
                    absl::string_view many = "");

}  // namespace tessera

#endif  // BASE_COUNTED_H_
