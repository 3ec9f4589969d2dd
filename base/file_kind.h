// What a file is that is no regular one.
#ifndef BASE_FILE_KIND_H_
#define BASE_FILE_KIND_H_

#include <sys/stat.h>

#include "absl/strings/string_view.h"

namespace tessera {

// "a folder", "a pipe", "a socket", "a terminal", "a disk", "a device", or "a
// file", of what stat() says.
absl::string_view FileKind(const struct stat& info);

}  // namespace tessera

#endif  // BASE_FILE_KIND_H_
