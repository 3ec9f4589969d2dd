#include "base/checked_math.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr uint64_t kMax = UINT64_MAX;

TEST(CheckedMathTest, AddStopsAtTheLimit) {
  EXPECT_EQ(CheckedAdd(kMax - 1, 1), kMax);
  EXPECT_FALSE(CheckedAdd(kMax, 1).has_value());
}

TEST(CheckedMathTest, MultiplyDoesNotWrapToZero) {
  EXPECT_FALSE(CheckedMul(uint64_t{1} << 32, uint64_t{1} << 32).has_value());
  EXPECT_EQ(CheckedMul(uint64_t{1} << 32, (uint64_t{1} << 32) - 1),
            kMax - ((uint64_t{1} << 32) - 1));
}

TEST(CheckedMathTest, RoundsUpToAnyMultiple) {
  EXPECT_EQ(CheckedRoundUp(0, 32), 0u);
  EXPECT_EQ(CheckedRoundUp(33, 32), 64u);
  EXPECT_EQ(CheckedRoundUp(10, 3), 12u);
  EXPECT_FALSE(CheckedRoundUp(kMax, 32).has_value());
}

TEST(CheckedMathTest, DivisionRoundsUp) {
  EXPECT_EQ(CeilDiv(0, 16), 0u);
  EXPECT_EQ(CeilDiv(16, 16), 1u);
  EXPECT_EQ(CeilDiv(17, 16), 2u);
  EXPECT_EQ(CeilDiv(kMax, 2), (kMax >> 1) + 1);
}

TEST(CheckedMathTest, ExtentMustLieWithinTheLimit) {
  EXPECT_TRUE(ExtentFits(0, 100, 100));
  EXPECT_TRUE(ExtentFits(100, 0, 100));
  EXPECT_FALSE(ExtentFits(1, 100, 100));
  EXPECT_FALSE(ExtentFits(101, 0, 100));
  EXPECT_FALSE(ExtentFits(2, kMax, 100));
}

}  // namespace
}  // namespace tessera
