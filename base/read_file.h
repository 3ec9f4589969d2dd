// A whole file as a string.
#ifndef BASE_READ_FILE_H_
#define BASE_READ_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// The bytes of `path`, which may be a pipe; for text that a person gives. Large
// inputs are mapped (MappedFile) instead. NotFound and so on as the system
// says; messages start with the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace tessera

#endif  // BASE_READ_FILE_H_
