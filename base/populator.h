// Reads a mapped file ahead of whoever computes with it.
#ifndef BASE_POPULATOR_H_
#define BASE_POPULATOR_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/file_mapping.h"

namespace tessera {

// Threads that bring ranges of a mapping into memory, in the order given: each
// takes the next few MiB, so that the disk always has several requests, and
// what is read first is there first. They start with the constructor and stop
// with the first error. Thread-safe.
class Populator {
 public:
  // Is called with each piece as soon as it is in memory, by several threads.
  using Check = std::function<absl::Status(FileRange)>;

  // Enough for the disks that were measured (docs/loading.md).
  static constexpr int kReaders = 4;
  static constexpr uint64_t kPieceBytes = uint64_t{8} << 20;

  // Where no thread can be started, reads before it returns. `mapping` must
  // outlive the object. Pieces begin at multiples of kPieceBytes
  // from the start of their range. `check` may be null.
  Populator(const FileMapping& mapping, const std::vector<FileRange>& ranges,
            int readers = kReaders, Check check = nullptr);

  // Stops early: pieces that nobody began are left out.
  ~Populator();
  Populator(const Populator&) = delete;
  Populator& operator=(const Populator&) = delete;

  // Returns when everything is in memory and checked, or the first error.
  absl::Status Wait();

  // The first error so far. Does not wait, nor take a lock while all is well.
  absl::Status status() const;

  bool done() const { return unfinished_.load(std::memory_order_acquire) == 0; }

  // From the start to the end, or to now.
  absl::Duration elapsed() const;

 private:
  void ReadPieces();
  void Finish();  // of one reader

  const FileMapping& mapping_;
  const Check check_;
  const absl::Time start_;
  std::vector<FileRange> pieces_;
  std::atomic<uint64_t> next_{0};
  std::atomic<bool> failed_{false};
  std::atomic<int> unfinished_;  // readers
  // Guards the next two. Of the standard library, because ThreadSanitizer does
  // not see into those of an Abseil that was built without it.
  mutable std::mutex mutex_;
  absl::Status error_;
  absl::Time end_ = absl::InfinitePast();
  std::condition_variable finished_;
  std::vector<std::thread> readers_;
};

}  // namespace tessera

#endif  // BASE_POPULATOR_H_
