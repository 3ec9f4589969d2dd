// A llama-bench that the user has built, to compare with.
#ifndef BENCH_PEER_H_
#define BENCH_PEER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/llama_bench_output.h"
#include "bench/model_test_case.h"

namespace tessera {

struct Peer {
  std::string program;                 // path, or a name in $PATH
  std::vector<std::string> arguments;  // further ones, such as {"-rtr", "1"}
};

// InvalidArgument, naming it, if the program cannot be started. Runs it with
// --help.
absl::Status CheckPeer(const Peer& peer);

// How a peer is asked to run tests that have the same depth, `repetitions`
// times each, with `threads` threads. Flags that every version has; "-d" only
// where it is needed.
std::vector<std::string> PeerCommand(const Peer& peer, const std::string& model,
                                     const std::vector<ModelTestCase>& tests,
                                     int repetitions, int threads);

// Runs all of `tests` on the GGUF file `model` and returns their results in the
// same order. One run of the program for each depth. InvalidArgument if it
// fails, DataLoss if its output is not what is expected; messages start with
// the program.
absl::StatusOr<std::vector<LlamaBenchResult>> RunPeer(
    const Peer& peer, const std::string& model,
    const std::vector<ModelTestCase>& tests, int repetitions, int threads);

}  // namespace tessera

#endif  // BENCH_PEER_H_
