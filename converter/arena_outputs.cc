#include "converter/arena_outputs.h"

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/atomic_file.h"
#include "base/output_path.h"
#include "base/status_macros.h"

namespace tessera {

absl::Status CheckRoomForAll(ArenaOutputs outputs) {
  absl::flat_hash_map<dev_t, uint64_t> needed;
  for (const auto& output : outputs) {
    struct stat info;
    const std::string partial = AtomicFile::PartialPath(output->path());
    if (stat(partial.c_str(), &info) != 0) continue;
    uint64_t& bytes = needed[info.st_dev];
    bytes += output->bytes_to_write();
    TESSERA_RETURN_IF_ERROR(
        CheckRoom(output->path(), output->file_bytes(), bytes));
  }
  return absl::OkStatus();
}

absl::Status KeepIfDiskFailed(ArenaOutputs outputs, const absl::Status& why) {
  if (!absl::IsResourceExhausted(why) && !absl::IsOutOfRange(why) &&
      !absl::IsUnavailable(why) && !absl::IsUnknown(why)) {
    return why;
  }
  std::vector<std::string> kept;
  for (const auto& output : outputs) {
    if (!output->KeepForResume()) continue;
    kept.push_back(AtomicFile::PartialPath(output->path()));
  }
  if (kept.empty()) return why;
  return absl::Status(
      why.code(), absl::StrCat(why.message(), "; what is done is kept in ",
                               absl::StrJoin(kept, " and "),
                               ": the same command with --resume continues"));
}

absl::Status KeepIfInputChanged(ArenaOutputs outputs,
                                const absl::Status& status) {
  if (!absl::IsFailedPrecondition(status)) return status;
  bool kept = false;
  for (const auto& output : outputs) {
    if (output->KeepForResume()) kept = true;
  }
  if (!kept) return status;
  return absl::FailedPreconditionError(
      absl::StrCat(status.message(),
                   "; what is done is kept: --resume continues if the file is "
                   "again what was read of it, and without --resume the "
                   "conversion starts anew"));
}

}  // namespace tessera
