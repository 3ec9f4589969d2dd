// Which rows --filter leaves.
#ifndef BENCH_GATE_ROW_FILTER_H_
#define BENCH_GATE_ROW_FILTER_H_

#include <algorithm>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace tessera {

// True if each word of `filter` is a word of `name`, so that F16 does not leave
// BF16. Words end at spaces, colons,
// slashes and hyphens. An empty filter leaves all.
inline bool MatchesFilter(absl::string_view name, absl::string_view filter) {
  const auto words = [](absl::string_view text) {
    return std::vector<absl::string_view>(
        absl::StrSplit(text, absl::ByAnyChar(" :/-"), absl::SkipEmpty()));
  };
  const std::vector<absl::string_view> present = words(name);
  for (const absl::string_view wanted : words(filter)) {
    if (std::find(present.begin(), present.end(), wanted) == present.end()) {
      return false;
    }
  }
  return true;
}

}  // namespace tessera

#endif  // BENCH_GATE_ROW_FILTER_H_
