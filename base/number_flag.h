// Flags that are numbers within a range.
#ifndef BASE_NUMBER_FLAG_H_
#define BASE_NUMBER_FLAG_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// A flag's value, a whole number from kLeast to kMost:
//
//   using Threads = IntegerFlag<0, 4096>;
//   ABSL_FLAG(Threads, threads, {0}, "threads; 0: one per CPU");
//
// Values of other kinds and beyond the range are errors that say it, so that no
// tool has to check again.
template <int64_t kLeast, int64_t kMost = INT32_MAX>
struct IntegerFlag {
  int64_t value = 0;
};

// The same for a number that may have a fraction. The bounds are in hundredths:
// 0 to 1 is RealFlag<0, 100>.
template <int64_t kLeastHundredths, int64_t kMostHundredths>
struct RealFlag {
  double value = 0;
};

using ThreadsFlag = IntegerFlag<0, 4096>;

// What the templates below are made of. Sets `error` to what was expected.
bool ParseIntegerFlag(absl::string_view text, int64_t least, int64_t most,
                      int64_t* value, std::string* error);
bool ParseRealFlag(absl::string_view text, double least, double most,
                   double* value, std::string* error);
std::string UnparseRealFlag(double value);

// For Abseil's flags.
template <int64_t kLeast, int64_t kMost>
bool AbslParseFlag(absl::string_view text, IntegerFlag<kLeast, kMost>* flag,
                   std::string* error) {
  return ParseIntegerFlag(text, kLeast, kMost, &flag->value, error);
}
template <int64_t kLeast, int64_t kMost>
std::string AbslUnparseFlag(IntegerFlag<kLeast, kMost> flag) {
  return std::to_string(flag.value);
}
template <int64_t kLeast, int64_t kMost>
bool AbslParseFlag(absl::string_view text, RealFlag<kLeast, kMost>* flag,
                   std::string* error) {
  return ParseRealFlag(text, static_cast<double>(kLeast) / 100,
                       static_cast<double>(kMost) / 100, &flag->value, error);
}
template <int64_t kLeast, int64_t kMost>
std::string AbslUnparseFlag(RealFlag<kLeast, kMost> flag) {
  return UnparseRealFlag(flag.value);
}

}  // namespace tessera

#endif  // BASE_NUMBER_FLAG_H_
