#include "base/counted.h"

#include "absl/strings/str_cat.h"

namespace tessera {

std::string WithCommas(uint64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string Counted(uint64_t count, absl::string_view one,
                    absl::string_view many) {
  const std::string number = WithCommas(count);
  if (count == 1) return absl::StrCat(number, " ", one);
  if (!many.empty()) return absl::StrCat(number, " ", many);
  return absl::StrCat(number, " ", one, "s");
}

}  // namespace tessera
