// A whole file as a string.
#ifndef BASE_READ_FILE_H_
#define BASE_READ_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// No text that a person gives to be read is longer.
inline constexpr uint64_t kMostTextBytes = uint64_t{1} << 30;
// Nor settings, and figures that are kept as text.
inline constexpr uint64_t kMostSettingsBytes = uint64_t{64} << 20;

// The bytes of `path`, which may be a pipe; for text that a person gives. Large
// inputs are mapped (MappedFile) instead. NotFound and so on as
// OpenStreamOrFile says, FailedPrecondition for a named pipe to which nobody
// begins to write within half a second, ResourceExhausted for more than `most`
// bytes, such as those of /dev/zero; messages start with the path.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     uint64_t most = kMostTextBytes);

// The same of stdin if `path` is "-", which messages call "stdin". Waits for
// what is to come, however long.
absl::StatusOr<std::string> ReadFileOrStdin(const std::string& path,
                                            uint64_t most = kMostTextBytes);

// What comes through stdin, for tools that read it although nobody said so. ""
// if it is a terminal, empty, closed or cannot be read.
std::string ReadPipe();

}  // namespace tessera

#endif  // BASE_READ_FILE_H_
