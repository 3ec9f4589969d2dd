// Puts the file into a message.
#ifndef BASE_FILE_ERROR_H_
#define BASE_FILE_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {

// `status` with "PATH: " before its message, unless it is there. OK stays OK.
// For whoever opened the file: parsers see bytes only and do not know it.
inline absl::Status WithPath(absl::string_view path,
                             const absl::Status& status) {
  if (status.ok() ||
      absl::StartsWith(status.message(), absl::StrCat(path, ": "))) {
    return status;
  }
  return absl::Status(status.code(),
                      absl::StrCat(path, ": ", status.message()));
}

}  // namespace tessera

#endif  // BASE_FILE_ERROR_H_
