// Reads weights ahead of the computation and drops them behind it.
#ifndef RUNTIME_LOADER_WEIGHT_STREAM_H_
#define RUNTIME_LOADER_WEIGHT_STREAM_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/file_mapping.h"
#include "runtime/loader/stream_plan.h"

namespace tessera {

// For a model that is larger than memory; see StreamPlan for what it does. Owns
// a few threads that map, read and drop parts of a file mapping. That is advice
// alone: what is not there when it is touched is read by the page fault, so
// computing is right whatever has been said here. Other processes that have the
// file mapped keep their pages. Thread-safe.
class WeightStream {
 public:
  struct Report {
    uint64_t resident_bytes = 0;  // that stay in memory
    uint64_t window_bytes = 0;    // read ahead at most
    uint64_t streamed_bytes = 0;  // read from the disk for every pass
    uint64_t read_bytes = 0;      // by this object's threads so far
  };

  // Starts `readers` threads (at least one, and fewer where the system has no
  // more), which read the resident part and the first window of `hot` (see
  // PlanStream). `mapping` must outlive the object; pages are huge if
  // Access::kHugePagesInParallel was advised.
  WeightStream(const FileMapping& mapping, absl::Span<const FileRange> hot,
               const StreamSizes& sizes, int readers);

  // Waits for the requests that are under way.
  ~WeightStream();
  WeightStream(const WeightStream&) = delete;
  WeightStream& operator=(const WeightStream&) = delete;

  // Says that `weights`, an address in the mapping, is read next, and that all
  // before it has been read. An address before that of the last call begins the
  // next pass. Takes 0.05 microseconds, and a system call where threads have to
  // be woken: to be called for every matrix.
  void Reading(const void* weights);

  Report report() const;

  // The first error in reading: DataLoss, naming file and offset (see
  // FileMapping::Populate).
  absl::Status status() const;

 private:
  struct Job {
    FileRange unit;
    bool drop;
    // Of a unit that is read: its place in the endless sequence of streamed
    // units.
    std::optional<uint64_t> place;
  };

  void ReaderLoop();
  // The next thing to do, if any; mutex_ is held.
  std::optional<Job> NextJob();
  void Read(const Job& job);
  void Drop(FileRange unit) const;

  const FileMapping& mapping_;
  const StreamPlan plan_;

  // Guards what follows. Of the standard library, because ThreadSanitizer does
  // not see into those of an Abseil that was built without it.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  absl::Status status_;
  uint64_t read_bytes_ = 0;
  uint64_t resident_taken_ = 0;  // resident units that a thread has taken
  // Counts of streamed units, over all passes.
  uint64_t passed_ = 0;   // the computation is done with
  uint64_t taken_ = 0;    // read, or taken by a thread
  uint64_t dropped_ = 0;  // dropped, likewise
  // Where the computation is.
  uint64_t pass_ = 0;
  uint64_t offset_ = 0;

  std::vector<std::thread> readers_;
};

}  // namespace tessera

#endif  // RUNTIME_LOADER_WEIGHT_STREAM_H_
