// Flags from a command line and from the environment.
#ifndef BASE_PARSE_FLAGS_H_
#define BASE_PARSE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/flag_alias.h"

namespace tessera {

// Sets the tool's flags that `arguments` name and returns the positional ones.
// Flags may stand anywhere, with dashes or underscores within their names:
// --flag=value, --flag value, --flag and --noflag for a boolean; "--" ends
// them. A RepeatedFlag grows with each. InvalidArgument, naming the flag, and
// the one that was probably meant, for a mistake.
absl::StatusOr<std::vector<std::string>> ParseFlags(
    absl::Span<const std::string> arguments,
    absl::Span<const FlagAlias> aliases = {});

// Sets each flag whose variable is there and not empty: TESSERA_CTX_SIZE for
// --ctx_size. To be called before ParseFlags, which has the last word.
// TESSERA_ISA is no flag, but for base/isa.h. InvalidArgument, naming the
// variable.
absl::Status SetFlagsFromEnvironment();

// The variable's name: "TESSERA_CTX_SIZE" for "ctx_size"; empty if there is
// none.
std::string FlagVariable(absl::string_view flag);

// Whether the flag has its value from the environment. Such a value is a
// default: where it has no effect it is no mistake.
bool IsFromEnvironment(absl::string_view flag);

}  // namespace tessera

#endif  // BASE_PARSE_FLAGS_H_
