// A build of bench that times rows for the gate, as a process of its own.
#ifndef BENCH_GATE_WORKER_PROCESS_H_
#define BENCH_GATE_WORKER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/gate/gate_row.h"

namespace tessera {

// Not thread-safe. The destructor ends the process.
class WorkerProcess {
 public:
  // Starts `program` with the flags of a worker (see worker.h) and `threads`
  // threads. InvalidArgument, naming it, if it cannot be started or is no build
  // of bench that has a gate.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Start(
      const std::string& program, int threads);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // As RowSampler's, with the one row that a process needs. Unimplemented if
  // that build does not have what the row names; Internal, with what it said,
  // if it fails or is gone.
  absl::Status Open(int cpu, const GateRow& row);
  absl::Status Close();
  absl::StatusOr<double> Sample(double seconds);

 private:
  WorkerProcess(std::string program, pid_t child, int socket)
      : program_(std::move(program)), child_(child), socket_(socket) {}

  absl::StatusOr<std::string> Ask(const std::string& line);
  // One line of the worker, without its end.
  absl::StatusOr<std::string> ReadLine(int patience_seconds);

  const std::string program_;
  const pid_t child_;
  const int socket_;  // its stdin and stdout
};

}  // namespace tessera

#endif  // BENCH_GATE_WORKER_PROCESS_H_
