#include "base/atomic_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errno_status.h"
#include "base/output_path.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// That are tried for a file before it is copied.
constexpr int kMostNames = 100;

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// What temporary names begin with: PATH, cut so that something can follow.
std::string StemOf(const std::string& path) {
  constexpr size_t kMostBytes = 200;
  const std::filesystem::path whole(path);
  const std::string name = whole.filename().string().substr(0, kMostBytes);
  return whole.has_parent_path() ? (whole.parent_path() / name).string() : name;
}

// The file has its name by now; what the system cannot do is no failure.
absl::Status SyncFolder(const std::string& path) {
  const std::string folder = FolderOf(path);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::OkStatus();
  const int result = fsync(fd);
  const int error = errno;
  close(fd);
  const bool failed = error == EIO || error == ENOSPC || error == EDQUOT;
  if (result == 0 || !failed) return absl::OkStatus();
  return ErrnoStatus(folder, "flush folder", error);
}

// A file without a name in the folder of `path`, or -1 where the system has no
// such files or no way to name them later.
int OpenNameless(const std::string& path) {
  if (access("/proc/self/fd", X_OK) != 0) return -1;
  return open(FolderOf(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
}

bool IsRegular(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

// Whether the open file `fd` is still the one under the name `path`.
bool IsFileAt(int fd, const std::string& path) {
  struct stat opened;
  struct stat named;
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

absl::StatusOr<AtomicFile> AtomicFile::For(const std::string& path,
                                           bool overwrite) {
  TESSERA_RETURN_IF_ERROR(CheckOutput(path, overwrite));
  AtomicFile file;
  file.path_ = path;
  file.overwrite_ = overwrite;
  TESSERA_ASSIGN_OR_RETURN(file.target_, FollowLinks(path));
  return file;
}

absl::StatusOr<AtomicFile> AtomicFile::Create(const std::string& path,
                                              bool overwrite) {
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file, For(path, overwrite));
  file.fd_ = OpenNameless(file.target_);
  if (file.fd_ < 0) TESSERA_RETURN_IF_ERROR(file.OpenNamed());
  return file;
}

absl::Status AtomicFile::OpenNamed() {
  std::string name = absl::StrCat(StemOf(target_), ".tmp-XXXXXX");
  fd_ = mkostemp(name.data(), O_CLOEXEC);
  if (fd_ < 0) return ErrnoStatus(path_, "create a temporary file beside it");
  temporary_path_ = name;
  // mkostemp creates 0600; give what a plain open() would have given, where
  // the file system has such a thing.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(fd_, 0666 & ~mask);
  return absl::OkStatus();
}

std::string AtomicFile::PartialPath(const std::string& path) {
  return absl::StrCat(FollowLinks(path).value_or(path), ".partial");
}

absl::StatusOr<AtomicFile> AtomicFile::OpenAndLock(const std::string& path,
                                                   bool overwrite, int flags) {
  const std::string partial = PartialPath(path);
  while (true) {
    TESSERA_ASSIGN_OR_RETURN(AtomicFile file, For(path, overwrite));
    file.fd_ = open(partial.c_str(),
                    flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (file.fd_ < 0 && errno != ELOOP) return ErrnoStatus(partial, "open");
    if (file.fd_ < 0 || !IsRegular(file.fd_)) {
      return absl::FailedPreconditionError(
          absl::StrCat(partial, ": is a link or no file; move it away"));
    }
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
  file.fd_ = open(partial.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (file.fd_ < 0) return ErrnoStatus(partial, "open");
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept {
  *this = std::move(other);
}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  std::swap(calls_, other.calls_);
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

absl::Status AtomicFile::Reserve(uint64_t offset, uint64_t size) {
  if (size == 0) return absl::OkStatus();
  int result;
  do {
    result =
        fallocate(fd_, 0, static_cast<off_t>(offset), static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  if (result == 0 || !full) return absl::OkStatus();
  return ErrnoStatus(path_,
                     absl::StrCat("write ", size, " bytes at offset ", offset));
}

absl::Status AtomicFile::Commit() {
  if (fsync(fd_) != 0 && errno != EINVAL && errno != ENOSYS &&
      errno != ENOTSUP) {
    return KeepAs("what was written, of which the disk may lack a part,",
                  ErrnoStatus(path_, "flush to disk"));
  }
  struct stat replaced;
  if (overwrite_ && stat(target_.c_str(), &replaced) == 0) {
    fchmod(fd_, replaced.st_mode & 07777);
  }
  const absl::Status published = Publish();
  if (!published.ok()) return KeepAs("the finished file", published);
  temporary_path_.clear();
  return SyncFolder(target_);
}

// Linking refuses a name that exists, so that two writers cannot replace each
// other unless they were told to.
absl::Status AtomicFile::Publish() {
  if (temporary_path_.empty() && !overwrite_) {
    if (calls_->link_open_file(fd_, target_.c_str()) == 0) {
      return absl::OkStatus();
    }
    if (errno == EEXIST) {
      return absl::AlreadyExistsError(absl::StrCat(
          path_, ": exists already; pass --overwrite to replace it"));
    }
  }
  if (!HasItsName()) TESSERA_RETURN_IF_ERROR(NameFile());
  return PublishFile(temporary_path_, target_, overwrite_, *calls_);
}

// Somebody may have deleted what has not got its name yet.
bool AtomicFile::HasItsName() const {
  struct stat here;
  struct stat named;
  return !temporary_path_.empty() && fstat(fd_, &here) == 0 &&
         stat(temporary_path_.c_str(), &named) == 0 &&
         here.st_dev == named.st_dev && here.st_ino == named.st_ino;
}

// Only what has a name can be renamed.
absl::Status AtomicFile::NameFile() {
  for (int i = 0; i < kMostNames; ++i) {
    std::string name = absl::StrCat(StemOf(target_), ".tmp-", getpid(), "-", i);
    if (calls_->link_open_file(fd_, name.c_str()) == 0) {
      temporary_path_ = std::move(name);
      return absl::OkStatus();
    }
    if (errno != EEXIST) break;
  }
  return CopyBeside(fd_, StemOf(target_), &temporary_path_);
}

// What took so long to make is not lost for its name, or for its last byte.
absl::Status AtomicFile::KeepAs(absl::string_view what,
                                const absl::Status& why) {
  if (!HasItsName() && !NameFile().ok()) return why;
  const absl::Status status(
      why.code(),
      absl::StrCat(why.message(), "; ", what, " is kept as ", temporary_path_));
  Keep();
  return status;
}

}  // namespace tessera
