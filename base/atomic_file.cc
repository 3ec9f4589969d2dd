#include "base/atomic_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

absl::Status AlreadyExists(const std::string& path) {
  return absl::AlreadyExistsError(
      absl::StrCat(path, ": exists already; pass --overwrite to replace it"));
}

absl::Status SyncFolder(const std::string& path) {
  const std::string folder = FolderOf(path);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return ErrnoStatus(folder, "open folder");
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  // Some file systems have no fsync for folders; that is no failure.
  if (result != 0 && error != EINVAL) {
    return ErrnoStatus(folder, "flush folder", error);
  }
  return absl::OkStatus();
}

// A file without a name in the folder of `path`, or -1 where the system has no
// such files or no way to name them later.
int OpenNameless(const std::string& path) {
  if (access("/proc/self/fd", X_OK) != 0) return -1;
  return open(FolderOf(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
}

// Gives the nameless file `fd` the name `path`, which must be free.
bool NameFile(int fd, const std::string& path) {
  const std::string open_file = absl::StrCat("/proc/self/fd/", fd);
  return linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, path.c_str(),
                AT_SYMLINK_FOLLOW) == 0;
}

// Whether the open file `fd` is still the one under the name `path`.
bool IsFileAt(int fd, const std::string& path) {
  struct stat opened;
  struct stat named;
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

absl::StatusOr<AtomicFile> AtomicFile::Create(const std::string& path,
                                              bool overwrite) {
  if (!overwrite && access(path.c_str(), F_OK) == 0) return AlreadyExists(path);
  AtomicFile file;
  file.path_ = path;
  file.overwrite_ = overwrite;
  file.fd_ = OpenNameless(path);
  if (file.fd_ >= 0) return file;
  std::string name = absl::StrCat(path, ".tmp-XXXXXX");
  file.fd_ = mkostemp(name.data(), O_CLOEXEC);
  if (file.fd_ < 0)
    return ErrnoStatus(path, "create a temporary file beside it");
  file.temporary_path_ = name;
  // mkostemp creates 0600; give what a plain open() would have given.
  const mode_t mask = umask(0);
  umask(mask);
  if (fchmod(file.fd_, 0666 & ~mask) != 0) {
    return ErrnoStatus(name, "set permissions");
  }
  return file;
}

std::string AtomicFile::PartialPath(const std::string& path) {
  return absl::StrCat(path, ".partial");
}

absl::StatusOr<AtomicFile> AtomicFile::OpenAndLock(const std::string& path,
                                                   bool overwrite, int flags) {
  if (!overwrite && access(path.c_str(), F_OK) == 0) return AlreadyExists(path);
  const std::string partial = PartialPath(path);
  while (true) {
    AtomicFile file;
    file.path_ = path;
    file.overwrite_ = overwrite;
    file.fd_ = open(partial.c_str(), flags | O_RDWR | O_CLOEXEC, 0666);
    if (file.fd_ < 0) return ErrnoStatus(partial, "open");
    if (flock(file.fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      return absl::FailedPreconditionError(absl::StrCat(
          partial, ": another process is writing it; wait for it to end"));
    }
    // Its last owner may have finished between open and flock.
    if (!IsFileAt(file.fd_, partial)) continue;
    file.temporary_path_ = partial;
    return file;
  }
}

absl::StatusOr<AtomicFile> AtomicFile::CreatePartial(const std::string& path,
                                                     bool overwrite) {
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file,
                           OpenAndLock(path, overwrite, O_CREAT));
  TESSERA_RETURN_IF_ERROR(file.Resize(0));
  return file;
}

absl::StatusOr<AtomicFile> AtomicFile::OpenPartial(const std::string& path,
                                                   bool overwrite) {
  return OpenAndLock(path, overwrite, 0);
}

absl::StatusOr<AtomicFile> AtomicFile::JoinPartial(const std::string& path) {
  const std::string partial = PartialPath(path);
  AtomicFile file;
  file.path_ = path;
  file.fd_ = open(partial.c_str(), O_RDWR | O_CLOEXEC);
  if (file.fd_ < 0) return ErrnoStatus(partial, "open");
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept {
  *this = std::move(other);
}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_path_, other.temporary_path_);
  std::swap(fd_, other.fd_);
  std::swap(overwrite_, other.overwrite_);
  return *this;
}

// Unlinked before it is closed, so that the lock covers both.
AtomicFile::~AtomicFile() {
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
  if (fd_ >= 0) close(fd_);
}

absl::Status AtomicFile::WriteAt(uint64_t offset,
                                 absl::Span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(path_, absl::StrCat("write ", bytes.size(),
                                             " bytes at offset ", offset));
    }
    offset += static_cast<uint64_t>(written);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::ReadAt(uint64_t offset,
                                absl::Span<uint8_t> bytes) const {
  while (!bytes.empty()) {
    const ssize_t got =
        pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(path_, absl::StrCat("read ", bytes.size(),
                                             " bytes at offset ", offset));
    }
    if (got == 0) {
      return absl::DataLossError(absl::StrCat(path_, ": ends at byte ", offset,
                                              ", expected ", bytes.size(),
                                              " more"));
    }
    offset += static_cast<uint64_t>(got);
    bytes.remove_prefix(static_cast<size_t>(got));
  }
  return absl::OkStatus();
}

void AtomicFile::StartWriteback(uint64_t offset, uint64_t size) const {
  sync_file_range(fd_, static_cast<off_t>(offset), static_cast<off_t>(size),
                  SYNC_FILE_RANGE_WRITE);
}

absl::Status AtomicFile::Resize(uint64_t size) {
  if (ftruncate(fd_, static_cast<off_t>(size)) != 0) {
    return ErrnoStatus(path_, absl::StrCat("resize to ", size, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status AtomicFile::Commit() {
  if (fsync(fd_) != 0) return ErrnoStatus(path_, "flush to disk");
  if (overwrite_ && temporary_path_.empty()) {
    // Only what has a name can be renamed.
    std::string name = absl::StrCat(path_, ".tmp-", getpid());
    if (!NameFile(fd_, name)) return ErrnoStatus(path_, "link into place");
    temporary_path_ = std::move(name);
  }
  // Linking refuses an existing name, so two writers cannot replace each other
  // unless they were told to.
  if (overwrite_) {
    if (rename(temporary_path_.c_str(), path_.c_str()) != 0) {
      return ErrnoStatus(path_, "rename into place");
    }
    temporary_path_.clear();
  } else if (temporary_path_.empty()
                 ? !NameFile(fd_, path_)
                 : link(temporary_path_.c_str(), path_.c_str()) != 0) {
    return errno == EEXIST ? AlreadyExists(path_)
                           : ErrnoStatus(path_, "link into place");
  }
  return SyncFolder(path_);
}

}  // namespace tessera
