// The file that was meant, when a name was mistyped.
#ifndef BASE_NEAREST_NAME_H_
#define BASE_NEAREST_NAME_H_

#include <string>

#include "absl/status/status.h"

namespace tessera {

// What lies in the folder of `path` under nearly its name: in other case, or
// with a letter or two that are missing, too many, wrong or swapped; empty if
// nothing does. Reads the folder.
std::string NearestName(const std::string& path);

// `status` of opening `path`, with "did you mean ...?" if it is NotFound and
// there is such a file. For files that users name.
absl::Status WithNearestName(const std::string& path,
                             const absl::Status& status);

}  // namespace tessera

#endif  // BASE_NEAREST_NAME_H_
