// Where a program is about to write, decided before it has worked for it.
#ifndef BASE_OUTPUT_PATH_H_
#define BASE_OUTPUT_PATH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace tessera {

// The name at the end of the symbolic links that begin at `path`, whether there
// is a file or not; `path` itself if it is no link. Links in /proc that stand
// for open files (/dev/stdout) are not followed. FailedPrecondition for a
// circle.
absl::StatusOr<std::string> FollowLinks(const std::string& path);

// OK if a file can be put at what `path` resolves to, as far as the system
// tells before it is tried. Otherwise AlreadyExists if there is a file and
// `overwrite` is false; InvalidArgument for a folder, a device, a pipe or a
// socket, which are never replaced; NotFound for a folder that is not there;
// PermissionDenied and the like as the system says.
absl::Status CheckOutput(const std::string& path, bool overwrite);

// Whether `path` is a pipe, a terminal, another character device or an open
// file of this process (/dev/stdout): what can be written to, and cannot be
// replaced.
bool IsStream(const std::string& path);

// Whether two names stand for one file, or would if there were one.
bool IsSameOutput(const std::string& a, const std::string& b);

// InvalidArgument if `path`, whatever links lead to it, is one of `inputs`.
absl::Status CheckIsNoInput(const std::string& path,
                            absl::Span<const std::string> inputs);

// ResourceExhausted if a file of `file_bytes` bytes, of which `more_bytes` are
// still to be written, does not fit where `path` is: the disk, the file system
// (FAT ends at 4 GiB) or the limit on files of this process (ulimit -f). OK if
// the system does not tell.
absl::Status CheckRoom(const std::string& path, uint64_t file_bytes,
                       uint64_t more_bytes);

}  // namespace tessera

#endif  // BASE_OUTPUT_PATH_H_
