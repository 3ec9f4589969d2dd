// Runs a model of ours and llama-benches of the user's in turn.
#ifndef BENCH_COMPARISON_H_
#define BENCH_COMPARISON_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "bench/bench_report.h"
#include "bench/benched_model.h"
#include "bench/llama_bench_output.h"
#include "bench/model_test_case.h"
#include "bench/peer.h"
#include "bench/progress_fn.h"
#include "bench/statistics.h"

namespace tessera {

struct ComparisonOptions {
  std::vector<Peer> peers;
  std::vector<ModelTestCase> tests;
  int rounds = 5;
  int repetitions = 5;  // of a test, within a round
  ModelOptions model;   // ctx_size is set to what the tests need
};

// Tokens per second, one value for each round.
using RoundRates = std::vector<double>;

// What the rounds of one test say about two programs.
struct RateRatio {
  Spread ours;
  Spread peer;
  Spread ratio;  // ours / peer, round by round
  // Our rate divided by that of the round before: what the ratio would look
  // like if both were the same program.
  Spread same;
};

RateRatio CompareRates(absl::Span<const double> ours,
                       absl::Span<const double> peer);

// Not thread-safe.
class Comparison {
 public:
  Comparison(const ComparisonOptions& options, ThreadPool& pool);

  // Measures the arena and, in each peer, the GGUF file `gguf` of the same
  // model, back and forth: a b c, c b a, ... Ours stays open all the time. May
  // be called several times.
  absl::Status Run(const std::string& arena, const std::string& gguf,
                   ProgressFn progress);

  // A record for each test and peer so far.
  BenchReport Finish();

 private:
  // By program, ours first, then by test.
  using Rates = std::vector<std::vector<RoundRates>>;

  absl::Status RunOurs(BenchedModel& model, Rates* rates);
  absl::Status RunRound(int round, BenchedModel& model, const std::string& gguf,
                        ProgressFn progress, Rates* rates);
  struct RatePair {
    const RoundRates& ours;
    const RoundRates& theirs;
  };

  void AddResult(const BenchedModel& model, const ModelTestCase& test,
                 size_t peer, const RoundRates& ours, const RoundRates& theirs);
  void AddRecord(const BenchedModel& model, const ModelTestCase& test,
                 size_t peer, const RatePair& rates, const RateRatio& result);

  const ComparisonOptions options_;
  ThreadPool& pool_;
  std::vector<std::string> builds_;  // of the peers, as they say
  BenchReport report_;
};

}  // namespace tessera

#endif  // BENCH_COMPARISON_H_
