#include "bench/peer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "bench/subprocess.h"

namespace tessera {
namespace {

// The counts for -p or -n. "0" switches the default off.
std::string Counts(const std::vector<ModelTestCase>& tests,
                   int64_t ModelTestCase::*count) {
  std::vector<int64_t> counts;
  for (const ModelTestCase& test : tests) {
    if (test.*count != 0) counts.push_back(test.*count);
  }
  return counts.empty() ? "0" : absl::StrJoin(counts, ",");
}

absl::StatusOr<std::vector<LlamaBenchResult>> RunDepth(
    const Peer& peer, const std::string& model,
    const std::vector<ModelTestCase>& tests, int repetitions, int threads) {
  TESSERA_ASSIGN_OR_RETURN(
      const std::string output,
      RunAndCapture(PeerCommand(peer, model, tests, repetitions, threads)));
  auto results = ParseLlamaBenchOutput(output);
  if (!results.ok()) return WithPath(peer.program, results.status());
  return results;
}

}  // namespace

absl::Status CheckPeer(const Peer& peer) {
  return RunAndCapture({peer.program, "--help"}).status();
}

std::vector<std::string> PeerCommand(const Peer& peer, const std::string& model,
                                     const std::vector<ModelTestCase>& tests,
                                     int repetitions, int threads) {
  std::vector<std::string> command = {peer.program,
                                      "-m",
                                      model,
                                      "-p",
                                      Counts(tests, &ModelTestCase::n_prompt),
                                      "-n",
                                      Counts(tests, &ModelTestCase::n_gen),
                                      "-r",
                                      absl::StrCat(repetitions),
                                      "-t",
                                      absl::StrCat(threads),
                                      "-o",
                                      "json"};
  if (!tests.empty() && tests[0].n_depth != 0) {
    command.push_back("-d");
    command.push_back(absl::StrCat(tests[0].n_depth));
  }
  command.insert(command.end(), peer.arguments.begin(), peer.arguments.end());
  return command;
}

absl::StatusOr<std::vector<LlamaBenchResult>> RunPeer(
    const Peer& peer, const std::string& model,
    const std::vector<ModelTestCase>& tests, int repetitions, int threads) {
  std::map<int64_t, std::vector<ModelTestCase>> by_depth;
  for (const ModelTestCase& test : tests) {
    by_depth[test.n_depth].push_back(test);
  }
  std::vector<LlamaBenchResult> found;
  for (const auto& [depth, depth_tests] : by_depth) {
    TESSERA_ASSIGN_OR_RETURN(
        const std::vector<LlamaBenchResult> results,
        RunDepth(peer, model, depth_tests, repetitions, threads));
    found.insert(found.end(), results.begin(), results.end());
  }
  std::vector<LlamaBenchResult> ordered;
  for (const ModelTestCase& test : tests) {
    const auto result =
        std::find_if(found.begin(), found.end(),
                     [&](const LlamaBenchResult& r) { return r.test == test; });
    if (result == found.end()) {
      return absl::DataLossError(
          absl::StrCat(peer.program, ": its output has no test ", test.name()));
    }
    ordered.push_back(*result);
  }
  return ordered;
}

}  // namespace tessera
