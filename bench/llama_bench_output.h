// What a llama-bench prints with "-o json".
#ifndef BENCH_LLAMA_BENCH_OUTPUT_H_
#define BENCH_LLAMA_BENCH_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/model_test_case.h"

namespace tessera {

struct LlamaBenchResult {
  ModelTestCase test;  // depth 0 if this version does not know it
  std::string build;   // "3fa2b1c (4123)"
  std::string model_type;
  double avg_ts = 0;  // tokens per second
};

// The tests in `output`, in order. Other text before and after the JSON array
// is skipped: some versions log to stdout. DataLoss if there is no such array,
// or a test lacks n_prompt, n_gen or avg_ts.
absl::StatusOr<std::vector<LlamaBenchResult>> ParseLlamaBenchOutput(
    absl::string_view output);

}  // namespace tessera

#endif  // BENCH_LLAMA_BENCH_OUTPUT_H_
