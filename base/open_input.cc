#include "base/open_input.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errno_status.h"
#include "base/file_kind.h"
#include "base/printable.h"

namespace tessera {
namespace {

// Without O_NONBLOCK, opening a pipe waits for who writes to it; O_NOCTTY, so
// that a terminal does not become that of this process.
constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// Of a folder in a message behind the path that it is a part of.
constexpr size_t kMostFolderBytes = 240;

bool IsMadeUp(int fd) {
  struct statfs disk;
  return fstatfs(fd, &disk) == 0 &&
         (disk.f_type == PROC_SUPER_MAGIC || disk.f_type == SYSFS_MAGIC ||
          disk.f_type == CGROUP2_SUPER_MAGIC || disk.f_type == TRACEFS_MAGIC ||
          disk.f_type == DEBUGFS_MAGIC);
}

absl::Status WrongKind(const std::string& path, const struct stat& info) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": is ", FileKind(info), ", not a file",
                   S_ISDIR(info.st_mode) ? "; name a file in it"
                   : S_ISFIFO(info.st_mode)
                       ? "; write what it gives to a file, and name that"
                       : ""));
}

absl::Status CheckRegular(const std::string& path, int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(path, "stat");
  if (!S_ISREG(info.st_mode)) return WrongKind(path, info);
  if (!IsMadeUp(fd)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": is made up by the kernel, not a file on a disk"));
}

// The longest beginning of `path` that is there, and the part after it, which
// is not.
struct Parts {
  std::string there;
  std::string missing;
};

Parts PartsOf(const std::string& path) {
  std::error_code error;
  std::filesystem::path part(path);
  std::filesystem::path missing = part;
  while (part.has_relative_path()) {
    missing = part;
    part = part.parent_path();
    if (part.empty() || std::filesystem::exists(part, error)) break;
  }
  return {part.string(), missing.string()};
}

absl::Status NotThere(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target =
      std::filesystem::read_symlink(path, error);
  if (!error) {
    return absl::NotFoundError(absl::StrCat(
        path, ": is a link to ", target.string(), ", which does not exist"));
  }
  const std::string missing = PartsOf(path).missing;
  if (missing != path) {
    return absl::NotFoundError(absl::StrCat(
        path, ": no such folder: ", ShortPrintable(missing, kMostFolderBytes)));
  }
  return absl::NotFoundError(path.empty()
                                 ? "the name of the file is empty"
                                 : absl::StrCat(path, ": no such file"));
}

}  // namespace

absl::StatusOr<int> OpenRegularFile(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return CannotOpen(path, errno);
  // Opening some devices does something.
  if (!S_ISREG(info.st_mode)) return WrongKind(path, info);
  const int fd = open(path.c_str(), kFlags);
  if (fd < 0) return CannotOpen(path, errno);
  const absl::Status status = CheckRegular(path, fd);
  if (status.ok()) return fd;
  close(fd);
  return status;
}

absl::StatusOr<int> OpenStreamOrFile(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return CannotOpen(path, errno);
  if (S_ISDIR(info.st_mode) || S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(WrongKind(path, info).message());
  }
  const int fd = open(path.c_str(), kFlags);
  if (fd < 0) return CannotOpen(path, errno);
  return fd;
}

absl::Status CannotOpen(const std::string& path, int error) {
  if (error == ENOENT) return NotThere(path);
  if (error == ENOTDIR) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": ", PartsOf(path).there, " is a file, not a folder"));
  }
  if (error == ELOOP) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": is a link that leads back to itself"));
  }
  if (error == EACCES) {
    return absl::PermissionDeniedError(absl::StrCat(
        path, ": may not be read by this user: permission denied"));
  }
  return ErrnoStatus(path, "open", error);
}

}  // namespace tessera
