// Paths that mean the same in every folder.
#ifndef APP_ABSOLUTE_PATH_H_
#define APP_ABSOLUTE_PATH_H_

#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// `path` from the root, without "." and "..", and without a slash at its end.
// Follows no links. An error if it is relative and the working folder is gone.
absl::StatusOr<std::string> AbsolutePath(const std::string& path);

}  // namespace tessera

#endif  // APP_ABSOLUTE_PATH_H_
