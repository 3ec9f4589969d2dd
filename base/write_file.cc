#include "base/write_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/errno_status.h"
#include "base/output_path.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// A file descriptor of this process is written where it stands; opened anew, a
// file behind it would be written from its start.
int OpenStream(const std::string& path) {
  const std::string target = FollowLinks(path).value_or(path);
  const absl::string_view name = target;
  int fd = 0;
  if (IsSameOutput(target.substr(0, name.rfind('/')), "/proc/self/fd") &&
      absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &fd)) {
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }
  return open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

absl::Status WriteToStream(const std::string& path, absl::string_view text) {
  std::fflush(stdout);  // which may lead there
  const int fd = OpenStream(path);
  if (fd < 0) return ErrnoStatus(path, "open");
  absl::Cleanup close_fd = [fd] { close(fd); };
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return ErrnoStatus(path, "write");
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteFile(const std::string& path, absl::string_view text) {
  if (IsStream(path)) return WriteToStream(path, text);
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file,
                           AtomicFile::Create(path, /*overwrite=*/true));
  TESSERA_RETURN_IF_ERROR(file.WriteAt(
      0, absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()),
                             text.size())));
  return file.Commit();
}

absl::Status CheckWriteFile(const std::string& path) {
  if (IsStream(path)) return absl::OkStatus();
  return CheckOutput(path, /*overwrite=*/true);
}

}  // namespace tessera
