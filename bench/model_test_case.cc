#include "bench/model_test_case.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace tessera {

std::string ModelTestCase::name() const {
  return absl::StrCat(
      n_gen == 0 ? absl::StrCat("pp", n_prompt) : absl::StrCat("tg", n_gen),
      n_depth == 0 ? "" : absl::StrCat(" @ d", n_depth));
}

std::vector<ModelTestCase> MakeTestCases(const std::vector<int64_t>& n_prompt,
                                         const std::vector<int64_t>& n_gen,
                                         const std::vector<int64_t>& n_depth,
                                         const std::vector<int64_t>& batch) {
  std::vector<ModelTestCase> cases;
  const auto add = [&cases](const ModelTestCase& test) {
    if (test.tokens() != 0 &&
        std::find(cases.begin(), cases.end(), test) == cases.end()) {
      cases.push_back(test);
    }
  };
  for (const int64_t depth : n_depth) {
    for (const int64_t tokens : n_prompt) add({tokens, 0, depth});
    for (const int64_t tokens : n_gen) add({0, tokens, depth});
  }
  for (const int64_t tokens : batch) add({tokens, 0, 0});
  return cases;
}

}  // namespace tessera
