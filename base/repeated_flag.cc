#include "base/repeated_flag.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tessera {

bool AbslParseFlag(absl::string_view text, RepeatedFlag* flag,
                   std::string* error) {
  flag->values.clear();
  if (text.empty()) return true;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::CUnescape(line, &flag->values.emplace_back(), error)) {
      return false;
    }
  }
  // An empty list and a list of one empty text differ by a line end.
  flag->values.pop_back();
  return true;
}

std::string AbslUnparseFlag(const RepeatedFlag& flag) {
  std::string text;
  for (const std::string& value : flag.values) {
    absl::StrAppend(&text, absl::CEscape(value), "\n");
  }
  return text;
}

}  // namespace tessera
