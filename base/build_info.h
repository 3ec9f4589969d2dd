// From what, and with what, this program was built.
#ifndef BASE_BUILD_INFO_H_
#define BASE_BUILD_INFO_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// The commit as 40 hexadecimal digits, or "unknown" outside a git repository
// (scripts/workspace_status.sh).
absl::string_view BuildCommit();

// Its first 9 digits, which is what people read; or "unknown".
absl::string_view ShortBuildCommit();

// True if files under version control differed from that commit.
bool BuildIsDirty();

// "GCC 12.2.0", "Clang 14.0.6".
std::string CompilerName();

}  // namespace tessera

#endif  // BASE_BUILD_INFO_H_
