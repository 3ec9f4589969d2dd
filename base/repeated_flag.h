// A flag that may be given several times.
#ifndef BASE_REPEATED_FLAG_H_
#define BASE_REPEATED_FLAG_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// All values of a flag, in their order. ParseFlags adds to it:
//
//   ABSL_FLAG(RepeatedFlag, stop, {}, "a text that ends the answer");
//
//   --stop "\n\n" --stop "User:"
struct RepeatedFlag {
  std::vector<std::string> values;
};

// For Abseil's flags: the values as C escapes them, one per line. It is how
// ParseFlags sets the flag, not what users type.
bool AbslParseFlag(absl::string_view text, RepeatedFlag* flag,
                   std::string* error);
std::string AbslUnparseFlag(const RepeatedFlag& flag);

}  // namespace tessera

#endif  // BASE_REPEATED_FLAG_H_
