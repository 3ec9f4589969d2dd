// What llama-bench calls a test: tokens to prefill or to generate.
#ifndef BENCH_MODEL_TEST_CASE_H_
#define BENCH_MODEL_TEST_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace tessera {

// One of n_prompt and n_gen is 0. n_depth tokens are in the context before the
// time starts.
struct ModelTestCase {
  int64_t n_prompt = 0;
  int64_t n_gen = 0;
  int64_t n_depth = 0;

  int64_t tokens() const { return n_prompt + n_gen; }

  // Positions of the context that are needed.
  int64_t positions() const { return n_prompt + n_gen + n_depth; }

  // "pp512", "tg128", "tg128 @ d1900".
  std::string name() const;

  friend bool operator==(const ModelTestCase&, const ModelTestCase&) = default;
};

// For each depth, a prefill of each of `n_prompt` and a generation of each of
// `n_gen`, zeros left out; then, at depth 0, a prefill of each of `batch`. None
// occurs twice.
std::vector<ModelTestCase> MakeTestCases(const std::vector<int64_t>& n_prompt,
                                         const std::vector<int64_t>& n_gen,
                                         const std::vector<int64_t>& n_depth,
                                         const std::vector<int64_t>& batch);

}  // namespace tessera

#endif  // BENCH_MODEL_TEST_CASE_H_
