// The packs in a folder, and the files that belong to each.
#ifndef APP_PACK_CACHE_H_
#define APP_PACK_CACHE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "app/file_lock.h"
#include "app/pack_record.pb.h"

namespace tessera {

// A pack called NAME is NAME.record and NAME.arena, which while it is being
// made is NAME.arena.partial; NAME.lock is there while a process works on it.
// Names end with a dash and 16 hexadecimal digits. All other files in the
// folder are somebody else's and are never touched. Thread-safe.
class PackCache {
 public:
  explicit PackCache(std::string folder) : folder_(std::move(folder)) {}

  struct Entry {
    std::string name;
    // DataLoss for a damaged one, NotFound for files of a pack without one.
    absl::StatusOr<PackRecord> record;
    int64_t used_seconds = 0;  // since the epoch, when it was used last
  };

  // All packs of which there is a file, by name; none if there is no such
  // folder. What the system says if the folder cannot be read.
  absl::StatusOr<std::vector<Entry>> List() const;

  const std::string& folder() const { return folder_; }
  std::string PackPath(absl::string_view name) const;
  std::string PartialPath(absl::string_view name) const;
  std::string RecordPath(absl::string_view name) const;
  std::string LockPath(absl::string_view name) const;

  // Notes that the pack is used now. Does nothing where that cannot be written.
  void MarkUsed(absl::string_view name) const;

  // Bytes on the disk of pack and unfinished pack.
  uint64_t BytesOf(absl::string_view name) const;

  // Removes all files of the pack; a process that has mapped it keeps it.
  // Returns the bytes that this frees. Unavailable if a process works on it.
  absl::StatusOr<uint64_t> Remove(absl::string_view name) const;

  // True for names of packs.
  static bool IsPackName(absl::string_view name);

 private:
  std::string Path(absl::string_view name, absl::string_view end) const;
  int64_t UsedSeconds(absl::string_view name) const;

  std::string folder_;
};

}  // namespace tessera

#endif  // APP_PACK_CACHE_H_
