// Times rows of the gate in this process.
#ifndef BENCH_GATE_ROW_SAMPLER_H_
#define BENCH_GATE_ROW_SAMPLER_H_

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "bench/gate/gate_row.h"
#include "bench/roofline.h"

namespace tessera {

// Rows that are open at the same time can be timed in turn. Each has memory of
// its own, three times the last-level cache, so that weights come from main
// memory. Not thread-safe.
class RowSampler {
 public:
  // `pool`, not owned, is for rows that use all threads.
  explicit RowSampler(ThreadPool& pool);
  // Unpins the calling thread.
  ~RowSampler();

  // Opens `row` as `id`, replacing what was open as that, and pins the threads
  // to CPUs of this process, the first to the `cpu`th (modulo their number).
  // Warms up. Unimplemented or InvalidArgument if this build cannot run the
  // row.
  absl::Status Open(int id, int cpu, const GateRow& row);

  void Close(int id);

  // What one pass of row `id`, which is open, reads and multiplies: all of its
  // weights and tokens; for a limit, what it stands for.
  Work WorkOf(int id) const;

  // Nanoseconds that one pass of row `id` takes: the lower quartile of what
  // fits into `seconds`, at least one. NotFound if it is not open.
  absl::StatusOr<double> Sample(int id, double seconds);

 private:
  class OpenRow;
  class KernelRow;
  class LimitRow;
  class ModelRow;

  absl::StatusOr<std::unique_ptr<OpenRow>> Make(const GateRow& row);
  ThreadPool& PoolFor(const GateRow& row);

  ThreadPool& pool_;
  ThreadPool alone_;
  std::map<int, std::unique_ptr<OpenRow>> rows_;
};

}  // namespace tessera

#endif  // BENCH_GATE_ROW_SAMPLER_H_
