#include "bench/comparison.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ComparisonTest, RatiosAreRoundByRound) {
  // Both slow down by half in the second round: the ratio does not see it, the
  // comparison of us with ourselves does.
  const RateRatio result = CompareRates({20, 10, 22}, {10, 5, 10});
  EXPECT_DOUBLE_EQ(result.ours.median, 20);
  EXPECT_DOUBLE_EQ(result.peer.median, 10);
  EXPECT_DOUBLE_EQ(result.ratio.median, 2);
  EXPECT_DOUBLE_EQ(result.ratio.min, 2);
  EXPECT_DOUBLE_EQ(result.ratio.max, 2.2);
  EXPECT_DOUBLE_EQ(result.same.min, 0.5);
  EXPECT_DOUBLE_EQ(result.same.max, 2.2);
}

TEST(ComparisonTest, OneRoundHasNoNoise) {
  const RateRatio result = CompareRates({3}, {2});
  EXPECT_DOUBLE_EQ(result.ratio.median, 1.5);
  EXPECT_EQ(result.same.median, 0);
}

}  // namespace
}  // namespace tessera
