#include "converter/inspect/rewarm.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/file_mapping.h"
#include "base/populator.h"
#include "base/printable.h"
#include "base/progress.h"
#include "base/smaps.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

// Less than this and it did not work.
constexpr double kEnough = 0.9;

// Maps `ranges` and returns the bytes that huge pages map.
absl::StatusOr<uint64_t> CountHugeBytes(const FileMapping& mapping,
                                        const std::vector<FileRange>& ranges) {
  Populator populator(mapping, ranges);
  TESSERA_RETURN_IF_ERROR(populator.Wait());
  TESSERA_ASSIGN_OR_RETURN(
      const MappedPages pages,
      PagesMapped(mapping.bytes().data(), mapping.bytes().size()));
  return pages.huge;
}

// Of the parts that are in the page cache already.
absl::Status MeasureBefore(const std::string& path, Rewarming* result) {
  TESSERA_ASSIGN_OR_RETURN(const FileMapping mapping, FileMapping::Open(path));
  const FileRange all = {0, mapping.bytes().size()};
  mapping.Advise(all, Access::kHugePagesInParallel);
  result->file_bytes = all.size;
  result->possible_bytes = all.size / kHugePageBytes * kHugePageBytes;
  result->cached_before = mapping.CachedShare(all);
  std::vector<FileRange> cached;
  for (uint64_t offset = 0; offset < result->possible_bytes;
       offset += kHugePageBytes) {
    const FileRange unit = {offset, kHugePageBytes};
    if (mapping.IsCached(unit).value_or(false)) cached.push_back(unit);
  }
  TESSERA_ASSIGN_OR_RETURN(result->huge_before,
                           CountHugeBytes(mapping, cached));
  return absl::OkStatus();
}

absl::Status ReadBack(const std::string& path, bool quiet, Rewarming* result) {
  TESSERA_ASSIGN_OR_RETURN(const FileMapping mapping, FileMapping::Open(path));
  const FileRange all = {0, mapping.bytes().size()};
  mapping.Advise(all, Access::kHugePagesInParallel);
  TESSERA_RETURN_IF_ERROR(mapping.DropFromPageCache());
  // What is not known shows in the end, by what huge pages map.
  const double left = mapping.CachedShare(all).value_or(0);
  if (left > 1 - kEnough) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%s: %.0f%% stays in the page cache; a process may have the file "
        "mapped or locked: end it and try again",
        path, left * 100));
  }
  Progress progress("rewarm", all.size, quiet);
  absl::Mutex mutex;  // Progress is for one thread at a time
  Populator populator(mapping, {all}, Populator::kReaders,
                      [&](FileRange piece) {
                        absl::MutexLock lock(&mutex);
                        progress.Advance(piece.size, path);
                        return absl::OkStatus();
                      });
  TESSERA_RETURN_IF_ERROR(populator.Wait());
  result->read_seconds = absl::ToDoubleSeconds(populator.elapsed());
  TESSERA_ASSIGN_OR_RETURN(result->huge_after, CountHugeBytes(mapping, {}));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Rewarming> Rewarm(const std::string& path, bool quiet) {
  Rewarming result;
  TESSERA_RETURN_IF_ERROR(MeasureBefore(path, &result));
  TESSERA_RETURN_IF_ERROR(ReadBack(path, quiet, &result));
  if (static_cast<double>(result.huge_after) <
      kEnough * static_cast<double>(result.possible_bytes)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": the kernel read it back with ", HumanBytes(result.huge_after),
        " of ", HumanBytes(result.possible_bytes),
        " in huge pages; transparent huge pages may be off, the file system "
        "may have no large folios (ext4 has them since Linux 6.16), or memory "
        "may be fragmented"));
  }
  return result;
}

std::string RewarmText(const std::string& path, const Rewarming& r) {
  return absl::StrFormat(
      "%s: %s in huge pages before (%s of the file was in the page cache), "
      "%s of %s now, read back in %.2f s, %.1f GB/s\n",
      Printable(path), HumanBytes(r.huge_before),
      r.cached_before.has_value()
          ? absl::StrFormat("%.0f%%", *r.cached_before * 100)
          : "an unknown part",
      HumanBytes(r.huge_after), HumanBytes(r.file_bytes), r.read_seconds,
      r.read_seconds > 0
          ? static_cast<double>(r.file_bytes) / r.read_seconds * 1e-9
          : 0);
}

}  // namespace tessera
