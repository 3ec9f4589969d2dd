// Opens files for reading without ever waiting for one.
#ifndef BASE_OPEN_INPUT_H_
#define BASE_OPEN_INPUT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tessera {

// Opens the regular file `path`, or what a link of that name leads to, and
// returns its descriptor, which the caller closes. InvalidArgument, by name and
// kind and at once, for a folder, a pipe, a socket, a terminal, a device, or a
// file that the kernel makes up (/proc): those have no bytes to be mapped, and
// opening some of them waits for ever. Otherwise as CannotOpen.
absl::StatusOr<int> OpenRegularFile(const std::string& path);

// The same for text that is read from its beginning to its end: pipes,
// terminals and devices are opened too. FailedPrecondition for folders and
// sockets, as the system says.
absl::StatusOr<int> OpenStreamOrFile(const std::string& path);

// Why `path` cannot be opened, in words: no such file, no such folder, a link
// that leads nowhere, a file where a folder is named. `error` is an errno
// value, which decides on the code: NotFound, PermissionDenied and so on.
absl::Status CannotOpen(const std::string& path, int error);

}  // namespace tessera

#endif  // BASE_OPEN_INPUT_H_
