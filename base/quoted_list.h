// Names from files, for an error message.
#ifndef BASE_QUOTED_LIST_H_
#define BASE_QUOTED_LIST_H_

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/quoted.h"

namespace tessera {

// The first `most` of `names`, each Quoted: "'a', 'b', ...".
inline std::string QuotedList(absl::Span<const std::string> names,
                              size_t most = 4) {
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ",
                    i < most ? Quoted(names[i]) : "...");
    if (i == most) break;
  }
  return list;
}

}  // namespace tessera

#endif  // BASE_QUOTED_LIST_H_
