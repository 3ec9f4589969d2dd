#include "bench/llama_bench_output.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// As versions with and without n_depth print it.
constexpr char kOutput[] = R"(some log line
[
  {
    "build_commit": "c392e509",
    "build_number": 4748,
    "cpu_info": "A \"CPU\"",
    "model_type": "llama 1B Q4_0",
    "n_prompt": 512,
    "n_gen": 0,
    "n_depth": 1900,
    "avg_ns": 1976543210,
    "avg_ts": 259.041,
    "stddev_ts": 1.5,
    "samples_ns": [ 1976543210 ],
    "samples_ts": [ 259.041 ]
  },
  {
    "n_prompt": 0,
    "n_gen": 128,
    "avg_ts": 61,
    "test": "tg128"
  }
]
goodbye
)";

TEST(LlamaBenchOutputTest, ReadsTests) {
  const auto results = ParseLlamaBenchOutput(kOutput);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 2u);
  const LlamaBenchResult& first = (*results)[0];
  EXPECT_EQ(first.test, (ModelTestCase{512, 0, 1900}));
  EXPECT_EQ(first.build, "c392e509 (4748)");
  EXPECT_EQ(first.model_type, "llama 1B Q4_0");
  EXPECT_DOUBLE_EQ(first.avg_ts, 259.041);
  EXPECT_EQ((*results)[1].test, (ModelTestCase{0, 128, 0}));
  EXPECT_DOUBLE_EQ((*results)[1].avg_ts, 61);
}

TEST(LlamaBenchOutputTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "error: unknown argument", "[", "]\n[", "[ {} ]", "[ 1 ]",
        "[{\"n_prompt\": 1, \"n_gen\": 0}]",
        "[{\"n_prompt\": 1, \"n_gen\": 0, \"avg_ts\": 0}]",
        "[{\"n_prompt\": -1, \"n_gen\": 0, \"avg_ts\": 1}]",
        "[{\"n_prompt\": \"1\", \"n_gen\": 0, \"avg_ts\": 1}]",
        "[{\"n_prompt\": 1, \"n_gen\": 0, \"avg_ts\": \"fast\"}]"}) {
    EXPECT_TRUE(absl::IsDataLoss(ParseLlamaBenchOutput(text).status())) << text;
  }
  EXPECT_TRUE(ParseLlamaBenchOutput("[]")->empty());
}

}  // namespace
}  // namespace tessera
