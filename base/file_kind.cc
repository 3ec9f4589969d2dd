#include "base/file_kind.h"

#include <sys/sysmacros.h>

namespace tessera {
namespace {

// Documentation/admin-guide/devices.txt of Linux: 4 and 5 are consoles and
// serial lines, 136 to 143 the terminals of windows.
bool IsTerminal(dev_t device) {
  const unsigned kind = major(device);
  return kind == 4 || kind == 5 || (kind >= 136 && kind <= 143);
}

}  // namespace

absl::string_view FileKind(const struct stat& info) {
  if (S_ISDIR(info.st_mode)) return "a folder";
  if (S_ISFIFO(info.st_mode)) return "a pipe";
  if (S_ISSOCK(info.st_mode)) return "a socket";
  if (S_ISBLK(info.st_mode)) return "a disk";
  if (S_ISREG(info.st_mode)) return "a file";
  return IsTerminal(info.st_rdev) ? "a terminal" : "a device";
}

}  // namespace tessera
