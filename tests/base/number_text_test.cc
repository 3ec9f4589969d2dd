#include "base/number_text.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(NumberTextTest, HasTheDigitsThatTellItFromItsNeighbours) {
  EXPECT_EQ(NumberText(0.1), "0.1");
  EXPECT_EQ(NumberText(0.1f), "0.1");
  EXPECT_EQ(NumberText(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(NumberText(1e-5), "1e-05");
  EXPECT_EQ(NumberText(1.5), "1.5");
  EXPECT_EQ(NumberText(std::nextafter(0.1, 1)), "0.10000000000000002");
}

TEST(NumberTextTest, WholeNumbersHaveNoExponentWhileTheyAreExact) {
  EXPECT_EQ(NumberText(1e6), "1000000");
  EXPECT_EQ(NumberText(-1e6f), "-1000000");
  EXPECT_EQ(NumberText(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(NumberText(1e300), "1e+300");
}

TEST(NumberTextTest, ZeroKeepsItsSign) {
  EXPECT_EQ(NumberText(0.0), "0");
  EXPECT_EQ(NumberText(-0.0f), "-0");
}

TEST(NumberTextTest, WhatIsNotFiniteHasAName) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(NumberText(infinity), "inf");
  EXPECT_EQ(NumberText(-infinity), "-inf");
  EXPECT_EQ(NumberText(std::nanf("")), "nan");
  EXPECT_EQ(NumberText(-std::nan("")), "nan");
}

}  // namespace
}  // namespace tessera
