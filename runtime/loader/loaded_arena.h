// An arena in memory, ready to be computed with.
#ifndef RUNTIME_LOADER_LOADED_ARENA_H_
#define RUNTIME_LOADER_LOADED_ARENA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/manifest.pb.h"
#include "runtime/loader/file_mapping.h"
#include "runtime/loader/load_report.h"
#include "runtime/loader/tensor_view.h"

namespace tessera {

enum class HugePages {
  kOff,   // small pages, even where the page cache has huge ones
  kAuto,  // the page cache's own pages, huge where the kernel can
};

struct LoadOptions {
  HugePages huge_pages = HugePages::kAuto;
  // Bring the hot sections into memory in Open rather than when they are first
  // read.
  bool populate = true;
  ThreadPool* pool = nullptr;  // populates; null: the calling thread
};

// The mapped file and the tensors in it. No weight is copied: every process
// that opens the file shares its pages. Immutable and thread-safe.
//
// What is not populated is read when it is touched; if the disk fails then, the
// process gets SIGBUS.
class LoadedArena {
 public:
  // Opens, validates (see ParseArena) and maps `path`. Messages start with the
  // path. NotFound, PermissionDenied and so on as the system says; DataLoss for
  // a damaged file; Unimplemented for one that is newer than this program.
  static absl::StatusOr<std::unique_ptr<LoadedArena>> Open(
      const std::string& path, const LoadOptions& options);

  LoadedArena(const LoadedArena&) = delete;
  LoadedArena& operator=(const LoadedArena&) = delete;

  const std::string& path() const { return mapping_.path(); }
  const Manifest& manifest() const { return arena_.manifest; }

  // In the order of the manifest; pointers into it stay valid.
  absl::Span<const TensorView> tensors() const { return tensors_; }

  // The tensor called `name`, or nullptr.
  const TensorView* FindTensor(absl::string_view name) const;

  const LoadReport& report() const { return report_; }

 private:
  LoadedArena(FileMapping mapping, Arena arena);

  void AdviseColdPages() const;
  absl::Status Populate(ThreadPool* pool) const;
  absl::Status CountHugePages();

  FileMapping mapping_;
  Arena arena_;
  std::vector<Extent> hot_;  // of the hot sections, ascending and apart
  std::vector<TensorView> tensors_;
  LoadReport report_;
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_LOADED_ARENA_H_
