// Further names of flags.
#ifndef BASE_FLAG_ALIAS_H_
#define BASE_FLAG_ALIAS_H_

#include "absl/strings/string_view.h"

namespace tessera {

// A name that stands for a flag. One letter is a short name, for "-n 64" and
// "-n64"; a longer one is for people who come from another program, and --help
// does not list it. Names are written with underscores; users may write dashes.
//
// Without a `flag` the name is refused, and `why_not` says what to do instead:
// "--ngl: Tessera computes on the CPU; leave it out".
struct FlagAlias {
  absl::string_view name;
  absl::string_view flag;
  absl::string_view why_not = "";
};

}  // namespace tessera

#endif  // BASE_FLAG_ALIAS_H_
