#include "base/output_path.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errno_status.h"
#include "base/file_kind.h"
#include "base/open_input.h"
#include "base/progress.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// As many as the kernel follows.
constexpr int kMaxLinks = 40;
constexpr uint64_t kFatMaxFileBytes = (uint64_t{1} << 32) - 1;

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool IsInProc(const std::string& path) {
  struct statfs info;
  return statfs(FolderOf(path).c_str(), &info) == 0 &&
         info.f_type == PROC_SUPER_MAGIC;
}

// "out (a link to /disk/out)", so that nobody searches in the wrong place.
std::string Named(const std::string& path, const std::string& target) {
  return path == target ? path
                        : absl::StrCat(path, " (a link to ", target, ")");
}

// Whether the file that is there could be replaced when all is done.
absl::Status CheckReplaceable(const std::string& name,
                              const std::string& target,
                              const struct stat& folder) {
  struct statx info = {};
  if (statx(AT_FDCWD, target.c_str(), 0, STATX_BASIC_STATS, &info) != 0) {
    return absl::OkStatus();
  }
  const uint64_t attributes = info.stx_attributes & info.stx_attributes_mask;
  if ((attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        name, ": may not be replaced: it is immutable (see lsattr)"));
  }
  if ((attributes & STATX_ATTR_MOUNT_ROOT) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, ": cannot be replaced: it is a mount of its own"));
  }
  const bool sticky = (folder.st_mode & S_ISVTX) != 0;
  if (sticky && geteuid() != 0 && folder.st_uid != geteuid() &&
      info.stx_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat(name, ": cannot be replaced: it belongs to another user"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> FollowLinks(const std::string& path) {
  std::string name = path;
  for (int i = 0; i < kMaxLinks; ++i) {
    struct stat info;
    if (lstat(name.c_str(), &info) != 0 || !S_ISLNK(info.st_mode) ||
        IsInProc(name)) {
      return name;
    }
    std::string target(PATH_MAX, '\0');
    const ssize_t size = readlink(name.c_str(), target.data(), target.size());
    if (size < 0) return ErrnoStatus(path, "follow the link");
    target.resize(static_cast<size_t>(size));
    name =
        target[0] == '/' ? target : absl::StrCat(FolderOf(name), "/", target);
  }
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": is a link that leads back to itself"));
}

absl::Status CheckOutput(const std::string& path, bool overwrite) {
  TESSERA_ASSIGN_OR_RETURN(const std::string target, FollowLinks(path));
  const std::string name = Named(path, target);
  struct stat info;
  const bool exists = stat(target.c_str(), &info) == 0;
  if (!exists && errno == ENOTDIR) return CannotOpen(target, errno);
  if (!exists && errno != ENOENT) return ErrnoStatus(name, "write");
  if (exists && (!S_ISREG(info.st_mode) || IsStream(target))) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": is ",
        S_ISREG(info.st_mode) ? "an open file of a program, which has no name"
                              : FileKind(info),
        S_ISREG(info.st_mode)   ? ""
        : S_ISDIR(info.st_mode) ? "; name a file in it"
                                : ", not a file"));
  }
  if (exists && !overwrite) {
    return absl::AlreadyExistsError(
        absl::StrCat(name, ": exists already; pass --overwrite to replace it"));
  }
  if (target.empty() || target.back() == '/') {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is no name of a file"));
  }
  const std::string folder = FolderOf(target);
  struct stat folder_info;
  if (stat(folder.c_str(), &folder_info) != 0) {
    if (errno == ENOENT) {
      return absl::NotFoundError(
          absl::StrCat(name, ": no such folder: ", folder));
    }
    return ErrnoStatus(name, absl::StrCat("write into ", folder));
  }
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return ErrnoStatus(name, absl::StrCat("write into ", folder));
  }
  return exists ? CheckReplaceable(name, target, folder_info)
                : absl::OkStatus();
}

bool IsStream(const std::string& path) {
  const absl::StatusOr<std::string> target = FollowLinks(path);
  struct stat info;
  if (!target.ok() || stat(target->c_str(), &info) != 0) return false;
  if (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode)) return true;
  struct stat link;
  return S_ISREG(info.st_mode) && lstat(target->c_str(), &link) == 0 &&
         S_ISLNK(link.st_mode);
}

bool IsSameOutput(const std::string& a, const std::string& b) {
  const absl::StatusOr<std::string> first = FollowLinks(a);
  const absl::StatusOr<std::string> second = FollowLinks(b);
  if (!first.ok() || !second.ok()) return false;
  if (*first == *second) return true;
  std::error_code error;
  if (std::filesystem::equivalent(*first, *second, error)) return true;
  return std::filesystem::path(*first).filename() ==
             std::filesystem::path(*second).filename() &&
         std::filesystem::equivalent(FolderOf(*first), FolderOf(*second),
                                     error);
}

absl::Status CheckIsNoInput(const std::string& path,
                            absl::Span<const std::string> inputs) {
  for (const std::string& input : inputs) {
    if (!IsSameOutput(path, input) || IsStream(path)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": is the input", path == input ? "" : absl::StrCat(" ", input),
        "; choose another name"));
  }
  return absl::OkStatus();
}

absl::Status CheckRoom(const std::string& path, uint64_t file_bytes,
                       uint64_t more_bytes) {
  const absl::StatusOr<std::string> target = FollowLinks(path);
  if (!target.ok()) return target.status();
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      file_bytes > limit.rlim_cur) {
    return absl::ResourceExhaustedError(absl::StrCat(
        path, ": will have ", HumanBytes(file_bytes), ", but files may have ",
        HumanBytes(limit.rlim_cur), " at most (ulimit -f)"));
  }
  struct statfs info;
  if (statfs(FolderOf(*target).c_str(), &info) != 0) return absl::OkStatus();
  if (info.f_type == MSDOS_SUPER_MAGIC && file_bytes > kFatMaxFileBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": will have ", HumanBytes(file_bytes),
                     ", but a FAT file system holds files of 4 GiB at most; "
                     "choose another disk"));
  }
  const uint64_t available = static_cast<uint64_t>(info.f_bavail) *
                             static_cast<uint64_t>(info.f_frsize);
  // Some file systems in user space tell of no space at all.
  if (info.f_blocks == 0 || more_bytes <= available) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      path, ": needs ", HumanBytes(more_bytes), ", but its disk has ",
      HumanBytes(available), " left; make room or choose another folder"));
}

}  // namespace tessera
