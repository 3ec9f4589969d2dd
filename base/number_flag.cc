#include "base/number_flag.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/quoted.h"

namespace tessera {
namespace {

std::string Expected(absl::string_view kind, const std::string& least,
                     const std::string& most, absl::string_view text) {
  return absl::StrCat("expected ", kind, " from ", least, " to ", most,
                      ", found ", Quoted(text));
}

}  // namespace

bool ParseIntegerFlag(absl::string_view text, int64_t least, int64_t most,
                      int64_t* value, std::string* error) {
  int64_t parsed;
  if (absl::SimpleAtoi(text, &parsed) && parsed >= least && parsed <= most) {
    *value = parsed;
    return true;
  }
  *error =
      Expected("a whole number", absl::StrCat(least), absl::StrCat(most), text);
  return false;
}

bool ParseRealFlag(absl::string_view text, double least, double most,
                   double* value, std::string* error) {
  double parsed;
  if (absl::SimpleAtod(text, &parsed) && parsed >= least && parsed <= most) {
    *value = parsed;
    return true;
  }
  *error = Expected("a number", absl::StrCat(least), absl::StrCat(most), text);
  return false;
}

// All digits that tell it from its neighbours, and no more.
std::string UnparseRealFlag(double value) {
  std::string text = absl::StrFormat("%.15g", value);
  double back;
  if (absl::SimpleAtod(text, &back) && back == value) return text;
  return absl::StrFormat("%.17g", value);
}

}  // namespace tessera
