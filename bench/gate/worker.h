// The half of the gate that a build under test runs: it times what it is told.
#ifndef BENCH_GATE_WORKER_H_
#define BENCH_GATE_WORKER_H_

#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/thread_pool.h"
#include "bench/gate/row_sampler.h"

namespace tessera {

// What a worker says first; the number changes when the words below do.
inline constexpr absl::string_view kWorkerGreeting = "tessera-gate-worker 1";

// A conversation of lines, as old and new builds speak it:
//
//   > open ID CPU ROW        < ok            (ROW: see GateRow::Text)
//   > sample ID SECONDS      < time NANOSECONDS
//   > close ID               < ok
//   > quit                   no answer, the worker ends
//
// Where something cannot be done, the answer is "unknown REASON" if this build
// does not have what a row names, else "error REASON".
class Worker {
 public:
  explicit Worker(ThreadPool& pool) : sampler_(pool) {}

  // The answer to a line.
  std::string Answer(absl::string_view line);

  // Greets, then answers line by line until "quit" or the end of `in`.
  void Serve(FILE* in, FILE* out);

 private:
  std::string Open(absl::string_view arguments);
  std::string Sample(absl::string_view arguments);

  RowSampler sampler_;
};

}  // namespace tessera

#endif  // BENCH_GATE_WORKER_H_
