#include "bench/statistics.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(StatisticsTest, MeanAndDeviation) {
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(Mean(values), 5);
  // Divided by n - 1.
  EXPECT_NEAR(StandardDeviation(values), 2.13808993529939, 1e-12);
  EXPECT_EQ(StandardDeviation({3.0}), 0);
  EXPECT_EQ(Mean({}), 0);
  EXPECT_EQ(StandardDeviation({}), 0);
}

TEST(StatisticsTest, SpreadSortsForItself) {
  const Spread odd = SpreadOf({5, 1, 3});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.min, 1);
  EXPECT_EQ(odd.max, 5);
  EXPECT_EQ(SpreadOf({4, 1, 2, 10}).median, 3);
  EXPECT_EQ(SpreadOf({}).median, 0);
}

TEST(StatisticsTest, RatiosLeaveOutWhatHasNone) {
  EXPECT_EQ(Ratios({10, 20, 30}, {5, 0, 10}), (std::vector<double>{2, 3}));
  EXPECT_EQ(Ratios({10, 20}, {5}), (std::vector<double>{2}));
}

TEST(StatisticsTest, SuccessiveRatios) {
  EXPECT_EQ(SuccessiveRatios({10, 20, 5}), (std::vector<double>{2, 0.25}));
  EXPECT_TRUE(SuccessiveRatios({10}).empty());
  EXPECT_TRUE(SuccessiveRatios({}).empty());
}

}  // namespace
}  // namespace tessera
