// A file that appears under its name only when it is complete.
#ifndef BASE_ATOMIC_FILE_H_
#define BASE_ATOMIC_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/publish_file.h"

namespace tessera {

// Writes to a temporary file beside `path` and renames it in Commit. Until
// then, and if Commit is never called or fails, nothing exists under `path`
// that was not there before. The temporary file is removed by the destructor,
// unless it is complete and Commit could not give it its name. Movable. WriteAt
// may be called from several threads at once for ranges that do not overlap.
//
// `path` stands for what it resolves to: symbolic links are followed, also
// those that lead to no file yet. What CheckOutput (output_path.h) refuses is
// refused before a byte is written.
//
// The temporary file has no name where the system can do without, so that a
// process that is killed leaves nothing behind. One that is made to be
// continued after that has the name PartialPath(path).
class AtomicFile {
 public:
  // AlreadyExists if `path` exists and `overwrite` is false, and the other
  // errors of CheckOutput.
  static absl::StatusOr<AtomicFile> Create(const std::string& path,
                                           bool overwrite);

  // "PATH.partial", of what `path` resolves to.
  static std::string PartialPath(const std::string& path);

  // Creates PartialPath(path), in place of one that was left behind, and locks
  // it. FailedPrecondition if another process has it.
  static absl::StatusOr<AtomicFile> CreatePartial(const std::string& path,
                                                  bool overwrite);

  // Opens and locks the partial file that was left behind, as it is. NotFound
  // if there is none.
  static absl::StatusOr<AtomicFile> OpenPartial(const std::string& path,
                                                bool overwrite);

  // Opens the partial file of another process, to help it. Neither Commit nor
  // the destructor touch its name.
  static absl::StatusOr<AtomicFile> JoinPartial(const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  ~AtomicFile();

  const std::string& path() const { return path_; }

  // Writes all of `bytes` at `offset`.
  absl::Status WriteAt(uint64_t offset, absl::Span<const uint8_t> bytes);

  // Reads bytes.size() bytes at `offset`. DataLoss if the file ends before.
  absl::Status ReadAt(uint64_t offset, absl::Span<uint8_t> bytes) const;

  // Asks the system to write these bytes to the disk now, so that Commit has
  // less to wait for. Does not wait for it, and cannot fail.
  void StartWriteback(uint64_t offset, uint64_t size) const;

  // Makes the file `size` bytes long; new bytes are zero.
  absl::Status Resize(uint64_t size);

  // Leaves the temporary file where it is, whatever happens.
  void Keep() { temporary_path_.clear(); }

  // Asks for the disk space of these bytes, which stay as they are, so that a
  // write of them does not find the disk full. OK where the file system cannot.
  absl::Status Reserve(uint64_t offset, uint64_t size);

  // Flushes to the disk, renames to path(), and flushes the folder. A file that
  // replaces another has its permissions. If the name cannot be given, the
  // complete file stays, under a name that the error tells.
  absl::Status Commit();

  // For tests: what Commit calls to give the file its name.
  void SetCalls(const PublishCalls& calls) { calls_ = &calls; }

 private:
  AtomicFile() = default;
  static absl::StatusOr<AtomicFile> For(const std::string& path,
                                        bool overwrite);
  absl::Status OpenNamed();
  absl::Status Publish();
  bool HasItsName() const;
  absl::Status NameFile();
  absl::Status KeepAs(absl::string_view what, const absl::Status& why);
  static absl::StatusOr<AtomicFile> OpenAndLock(const std::string& path,
                                                bool overwrite, int flags);

  std::string path_;            // as the caller knows it
  std::string target_;          // what it resolves to
  std::string temporary_path_;  // empty: nameless, or not ours to remove
  const PublishCalls* calls_ = &kSystemPublishCalls;
  int fd_ = -1;
  bool overwrite_ = false;
};

}  // namespace tessera

#endif  // BASE_ATOMIC_FILE_H_
