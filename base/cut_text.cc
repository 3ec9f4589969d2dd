#include "base/cut_text.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace tessera {

std::string CutMiddle(absl::string_view name, size_t columns) {
  constexpr absl::string_view kGap = "...";
  if (name.size() <= columns) {
    std::string escaped = absl::CHexEscape(name);
    if (escaped.size() <= columns) return escaped;
  }
  const size_t kept = columns - kGap.size();
  // Of a name of any length no more is escaped than is shown.
  std::string head = absl::CHexEscape(name.substr(0, columns));
  std::string tail = absl::CHexEscape(
      name.size() > columns ? name.substr(name.size() - columns) : name);
  head.resize(kept / 2);
  return absl::StrCat(head, kGap, tail.substr(tail.size() - (kept - kept / 2)));
}

}  // namespace tessera
