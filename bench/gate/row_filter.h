// Which rows --filter leaves.
#ifndef BENCH_GATE_ROW_FILTER_H_
#define BENCH_GATE_ROW_FILTER_H_

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace tessera {

// True if each word of `filter` occurs in `name`; an empty filter leaves all.
inline bool MatchesFilter(absl::string_view name, absl::string_view filter) {
  for (const absl::string_view word :
       absl::StrSplit(filter, ' ', absl::SkipEmpty())) {
    if (!absl::StrContains(name, word)) return false;
  }
  return true;
}

}  // namespace tessera

#endif  // BENCH_GATE_ROW_FILTER_H_
