// absl::Status from errno, with the file in the message.
#ifndef BASE_ERRNO_STATUS_H_
#define BASE_ERRNO_STATUS_H_

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {

// "PATH: cannot ACTION: No such file or directory", with the code that Abseil
// assigns to `error` (an errno value).
inline absl::Status ErrnoStatus(absl::string_view path,
                                absl::string_view action, int error = errno) {
  return absl::ErrnoToStatus(error, absl::StrCat(path, ": cannot ", action));
}

}  // namespace tessera

#endif  // BASE_ERRNO_STATUS_H_
