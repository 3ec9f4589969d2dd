#include "base/publish_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"

namespace tessera {
namespace {

int RenameNoReplace(const char* from, const char* to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int LinkOpenFile(int fd, const char* to) {
  const std::string open_file = absl::StrCat("/proc/self/fd/", fd);
  return linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, to, AT_SYMLINK_FOLLOW);
}

absl::Status Exists(const std::string& path) {
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": exists already; pass --overwrite to replace it"));
}

bool IsOneFile(const std::string& a, const std::string& b) {
  struct stat first;
  struct stat second;
  return lstat(a.c_str(), &first) == 0 && lstat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

// Takes the name with an empty file, which is then replaced.
absl::Status RenameToReserved(const std::string& from, const std::string& to) {
  const int fd =
      open(to.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) {
    return errno == EEXIST ? Exists(to) : ErrnoStatus(to, "create");
  }
  close(fd);
  if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  const absl::Status status = ErrnoStatus(to, "rename into place");
  unlink(to.c_str());
  return status;
}

}  // namespace

const PublishCalls kSystemPublishCalls = {RenameNoReplace, link, LinkOpenFile};

absl::Status PublishFile(const std::string& from, const std::string& to,
                         bool replace, const PublishCalls& calls) {
  if (replace) {
    if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return ErrnoStatus(to, "rename into place");
  }
  if (calls.rename_no_replace(from.c_str(), to.c_str()) == 0) {
    return absl::OkStatus();
  }
  if (errno == EEXIST) return Exists(to);
  const bool linked = calls.link(from.c_str(), to.c_str()) == 0;
  // NFS may have done what it says had been done before.
  if (linked || (errno == EEXIST && IsOneFile(from, to))) {
    unlink(from.c_str());
    return absl::OkStatus();
  }
  if (errno == EEXIST) return Exists(to);
  return RenameToReserved(from, to);
}

absl::Status CopyBeside(int fd, const std::string& stem, std::string* name) {
  std::string copy = absl::StrCat(stem, ".tmp-XXXXXX");
  const int to = mkostemp(copy.data(), O_CLOEXEC);
  if (to < 0) return ErrnoStatus(stem, "create a temporary file beside it");
  std::vector<char> buffer(size_t{1} << 20);
  off_t done = 0;
  ssize_t count = 0;
  while ((count = pread(fd, buffer.data(), buffer.size(), done)) > 0) {
    for (ssize_t at = 0; at < count;) {
      const ssize_t written = pwrite(
          to, buffer.data() + at, static_cast<size_t>(count - at), done + at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        count = -1;
        break;
      }
      at += written;
    }
    if (count < 0) break;
    done += count;
  }
  absl::Status status;
  if (count < 0 || fsync(to) != 0) status = ErrnoStatus(copy, "write");
  close(to);
  if (status.ok()) {
    *name = copy;
  } else {
    unlink(copy.c_str());
  }
  return status;
}

}  // namespace tessera
