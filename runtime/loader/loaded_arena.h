// An arena in memory, ready to be computed with.
#ifndef RUNTIME_LOADER_LOADED_ARENA_H_
#define RUNTIME_LOADER_LOADED_ARENA_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/file_mapping.h"
#include "base/populator.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/manifest.pb.h"
#include "runtime/loader/chunk_verifier.h"
#include "runtime/loader/load_meter.h"
#include "runtime/loader/load_options.h"
#include "runtime/loader/load_report.h"
#include "runtime/loader/tensor_view.h"
#include "runtime/loader/weight_stream.h"

namespace tessera {

// The mapped file and the tensors in it. Unless a copy is asked for, no weight
// is copied: every process that opens the file shares its pages. Immutable and
// thread-safe.
//
// If the file is cut or the disk fails later, weights read as zeros and
// CheckHealth() says so: whoever computes with them asks before giving out a
// result.
class LoadedArena {
 public:
  // Opens, validates (see ParseArena) and maps `path`. Messages start with the
  // path. NotFound, PermissionDenied and so on as the system says; DataLoss for
  // a damaged file; Unimplemented for one that is newer than this program;
  // InvalidArgument for options that exclude each other; FailedPrecondition if
  // memory cannot be locked.
  static absl::StatusOr<std::unique_ptr<LoadedArena>> Open(
      const std::string& path, const LoadOptions& options);

  LoadedArena(const LoadedArena&) = delete;
  LoadedArena& operator=(const LoadedArena&) = delete;

  const std::string& path() const { return mapping_.path(); }
  const Manifest& manifest() const { return arena_.manifest; }
  // SHA-256 of the stored manifest, which holds hashes of all weights: equal
  // for arenas of the same bytes only.
  const std::string& content_hash() const {
    return arena_.header.manifest_sha256;
  }

  // In the order of the manifest; pointers into it stay valid.
  absl::Span<const TensorView> tensors() const { return tensors_; }

  // The whole file, as it is mapped; for what is not a tensor.
  absl::Span<const uint8_t> bytes() const { return mapping_.bytes(); }

  // The tensor called `name`, or nullptr.
  const TensorView* FindTensor(absl::string_view name) const;

  // What the load has got by now. Reads /proc: milliseconds.
  absl::StatusOr<LoadReport> Report() const;

  // With Verify::kLazy, compares with their hashes the chunks that [data, data
  // + size) lies in, unless they are known to be good; else does nothing. For
  // rows of cold sections, which nobody reads ahead.
  absl::Status VerifyBytes(const uint8_t* data, uint64_t size) const;

  // To be told what is read, if the hot sections do not fit into memory; null
  // if they do. Who does not tell computes slowly, and right.
  WeightStream* weight_stream() const { return stream_.get(); }

  // OK if all bytes that were read so far could be read. DataLoss, naming path
  // and offset, if not: what was computed since the last call is wrong. With
  // Verify::kLazy, waits until all hot sections are verified.
  absl::Status CheckHealth() const;

 private:
  LoadedArena(const LoadMeter& meter, FileMapping mapping, Arena arena,
              const LoadOptions& options);

  absl::Status CheckOptions() const;
  absl::Status Load();
  void Advise();
  std::optional<double> CachedShareOf(
      const std::vector<FileRange>& ranges) const;
  absl::Status CopyHotSections();
  absl::Status ReadSections();
  absl::Status StreamSections(uint64_t memory_bytes);
  // Of the populator: `range`, of `total` bytes, is in memory.
  absl::Status Accept(FileRange range, uint64_t total);
  absl::Status LockMemory() const;
  int Readers() const;

  const LoadMeter meter_;  // since Open began
  FileMapping mapping_;
  const Arena arena_;
  const std::vector<FileRange> hot_;  // sections, in the order of the file
  const std::vector<FileRange> cold_;
  const LoadOptions options_;
  std::vector<TensorView> tensors_;
  LoadReport report_;  // what does not change after Open
  bool advised_ = true;
  std::atomic<uint64_t> read_bytes_{0};
  std::unique_ptr<ChunkVerifier> verifier_;  // null: nothing to verify
  std::unique_ptr<Populator> populator_;     // null: nobody reads ahead
  std::unique_ptr<WeightStream> stream_;     // null: everything fits
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_LOADED_ARENA_H_
