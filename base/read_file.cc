#include "base/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errno_status.h"

namespace tessera {

absl::StatusOr<std::string> ReadFile(const std::string& path, uint64_t most) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(path, "open");
  absl::Cleanup close_fd = [fd] { close(fd); };
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count == 0) return text;
    if (count > 0) {
      text.append(buffer, static_cast<size_t>(count));
      if (text.size() > most) {
        return absl::ResourceExhaustedError(
            absl::StrCat(path, ": is longer than ", most, " bytes"));
      }
    } else if (errno != EINTR) {
      return ErrnoStatus(path, "read");
    }
  }
}

}  // namespace tessera
