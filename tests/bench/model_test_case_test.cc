#include "bench/model_test_case.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

std::vector<std::string> Names(const std::vector<ModelTestCase>& tests) {
  std::vector<std::string> names;
  for (const ModelTestCase& test : tests) names.push_back(test.name());
  return names;
}

TEST(ModelTestCaseTest, NamesAreThoseOfLlamaBench) {
  EXPECT_EQ((ModelTestCase{512, 0, 0}).name(), "pp512");
  EXPECT_EQ((ModelTestCase{0, 128, 1900}).name(), "tg128 @ d1900");
  EXPECT_EQ((ModelTestCase{0, 128, 1900}).positions(), 2028);
}

TEST(ModelTestCaseTest, CombinesAndNeverRepeats) {
  EXPECT_EQ(Names(MakeTestCases({512, 0, 1}, {128}, {0, 64}, {1, 2})),
            (std::vector<std::string>{"pp512", "pp1", "tg128", "pp512 @ d64",
                                      "pp1 @ d64", "tg128 @ d64", "pp2"}));
  EXPECT_TRUE(MakeTestCases({0}, {0}, {0, 5}, {}).empty());
}

}  // namespace
}  // namespace tessera
