// The flags that a tool defined, without those of Abseil itself.
#ifndef BASE_OWN_FLAGS_H_
#define BASE_OWN_FLAGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/strings/string_view.h"

namespace tessera {

// By name.
std::vector<const absl::CommandLineFlag*> OwnFlags();

// The flag called `name`, or null.
absl::CommandLineFlag* FindOwnFlag(absl::string_view name);

// Names and values of the flags that do not have their defaults, by name,
// wherever they were set.
std::vector<std::pair<std::string, std::string>> ChangedFlags();

}  // namespace tessera

#endif  // BASE_OWN_FLAGS_H_
