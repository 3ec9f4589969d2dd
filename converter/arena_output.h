// One arena that is being made.
#ifndef CONVERTER_ARENA_OUTPUT_H_
#define CONVERTER_ARENA_OUTPUT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/arena_writer.h"
#include "converter/conversion_journal.h"
#include "converter/pack/arena_plan.h"
#include "converter/pack/pack_pipeline.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// What to make of a source, and where.
struct OutputOptions {
  std::string path;
  PlanOptions plan;
};

// An arena from its plan to the finished file. Everything that is not yet done
// lies in PATH.partial, which goes away with the object unless the process is
// killed or KeepForResume is called, or in a file without a name, which goes
// away with the process. Keeps a reference to the source. Not
// thread-safe.
class ArenaOutput {
 public:
  // Plans; touches no file.
  static absl::StatusOr<std::unique_ptr<ArenaOutput>> Create(
      const WeightSource& source, const OutputOptions& options);

  enum class Begin {
    kNew,      // in place of what was left behind
    kResume,   // continue what was left behind, if anything was
    kJoin,     // help the process that began
    kUnnamed,  // a new one that nobody can continue, since it has no name
  };
  absl::Status Open(Begin begin, bool overwrite);

  const std::string& path() const { return options_.path; }
  const ArenaPlan& plan() const { return plan_; }

  // All streams in the order of the file.
  const std::vector<const PlannedStream*>& streams() const { return streams_; }

  // So many of them are in the file already, after Open.
  size_t finished_streams() const { return finished_; }

  // For those who join: the finished_streams() of the one that began.
  void SetFinished(size_t count) { finished_ = count; }

  // Bytes of the finished file, at most, and those that are still to be written
  // after Open.
  uint64_t file_bytes() const { return file_bytes_; }
  uint64_t bytes_to_write() const;

  // What packing found out about the tensors, in the order of the source.
  absl::Span<const PackedTensor> packed() const { return packed_; }

  // FailedPrecondition, naming the file, if what `source` has now for the first
  // `streams` streams is not what they were made from. Reads that; streams of
  // other processes are passed over.
  absl::Status CheckSource(const WeightSource& source, size_t streams) const;

  // Leaves what is done for another conversion to continue. False, and nothing
  // is left, if that could not use any of it.
  bool KeepForResume();

  // A job that packs stream `index`, to be run in the order of the streams.
  // `progress` is called with bytes of the file as they are written, `done`
  // when the stream is finished; their errors end the work.
  PackJob JobFor(size_t index, uint64_t step_bytes,
                 std::function<absl::Status(uint64_t)> progress,
                 std::function<absl::Status()> done);

  // What this process has found out, for Merge in another.
  absl::StatusOr<std::string> Findings();
  absl::Status Merge(const std::string& findings);

  // Writes manifest and header, and moves the file into place. `source`
  // describes the input. Returns the manifest.
  absl::StatusOr<Manifest> Finish(const Source& source);

 private:
  ArenaOutput(const WeightSource& source, const OutputOptions& options)
      : source_(source), options_(options) {}

  std::string Fingerprint() const;
  Manifest Describe() const;
  absl::Status CheckUnfinished() const;
  absl::Status Resume();
  size_t CountFinished(const std::vector<JournalRecord>& streams);
  absl::Status Adopt(size_t count);
  absl::Status EnterSection(size_t section);
  absl::Status EndSection(const PlannedSection& section);
  absl::Status AdvanceTo(size_t index);
  absl::Status FinishStream(size_t index, const StreamPacker& packer);

  const WeightSource& source_;
  const OutputOptions options_;
  ArenaPlan plan_;
  std::vector<const PlannedStream*> streams_;
  std::vector<size_t> sections_;      // of each stream
  std::vector<PackedTensor> packed_;  // as plan_.tensors
  std::unique_ptr<ArenaWriter> writer_;
  std::optional<ConversionJournal> journal_;
  size_t finished_ = 0;
  size_t recorded_ = 0;  // streams in the journal
  uint64_t file_bytes_ = 0;
  size_t next_ = 0;  // the stream to be written next
  std::optional<size_t> open_section_;
};

}  // namespace tessera

#endif  // CONVERTER_ARENA_OUTPUT_H_
