// The part of the bench tool that guards speed.
#ifndef BENCH_GATE_GATE_COMMAND_H_
#define BENCH_GATE_GATE_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/results/print_run.h"

namespace tessera {

// Exit codes of --gate.
inline constexpr int kExitRegression = 3;
inline constexpr int kExitTooNoisy = 4;

// True if the flags ask for the gate. After ParseCommandLine.
bool IsGateCommand();

// Does what they ask for, puts the results into `sinks`, and returns the exit
// code. Exits for wrong usage.
absl::StatusOr<int> RunGateCommand(const std::vector<std::string>& arguments,
                                   const RunSinks& sinks);

}  // namespace tessera

#endif  // BENCH_GATE_GATE_COMMAND_H_
