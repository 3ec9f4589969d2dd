// The flags of the gate.
#ifndef BENCH_GATE_GATE_FLAGS_H_
#define BENCH_GATE_GATE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/gate/gate_request.h"

namespace tessera {

// What main is to do instead of a measurement.
enum class GateMode {
  kNone,
  kGate,
  kUpdateBaseline,
  kWorker,        // answer on stdin and stdout
  kInstructions,  // multiply once by each kernel, under callgrind
};

// After ParseCommandLine.
GateMode GateModeFromFlags();

// InvalidArgument or NotFound, naming the flag, for wrong usage.
absl::StatusOr<GateRequest> GateRequestFromFlags(
    const std::vector<std::string>& arguments);

// --filter, with any mode.
std::string GateFilterFromFlags();

// --threads of a worker.
absl::StatusOr<int> GateWorkerThreads();

}  // namespace tessera

#endif  // BENCH_GATE_GATE_FLAGS_H_
