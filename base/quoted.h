// Text from a file, made fit for an error message.
#ifndef BASE_QUOTED_H_
#define BASE_QUOTED_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {

// `text` in single quotes, on one line whatever it holds: bytes other than
// printable ASCII are escaped, and what is longer than 96 bytes is cut.
inline std::string Quoted(absl::string_view text) {
  constexpr size_t kMaxBytes = 96;
  return absl::StrCat("'", absl::CHexEscape(text.substr(0, kMaxBytes)),
                      text.size() > kMaxBytes ? "...'" : "'");
}

}  // namespace tessera

#endif  // BASE_QUOTED_H_
