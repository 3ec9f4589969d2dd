#include "formats/arena/extent.h"

#include <gtest/gtest.h>

#include <limits>

namespace tessera {
namespace {

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

TEST(ExtentTest, ValidUntilTheEndOverflows) {
  EXPECT_TRUE(IsValid(MakeExtent(kMax, 0)));
  EXPECT_TRUE(IsValid(MakeExtent(kMax - 1, 1)));
  EXPECT_FALSE(IsValid(MakeExtent(kMax, 1)));
  EXPECT_FALSE(IsValid(MakeExtent(2, kMax)));
}

TEST(ExtentTest, Containment) {
  const Extent outer = MakeExtent(10, 10);
  EXPECT_TRUE(Contains(outer, MakeExtent(10, 10)));
  EXPECT_TRUE(Contains(outer, MakeExtent(19, 1)));
  EXPECT_TRUE(Contains(outer, MakeExtent(20, 0)));
  EXPECT_FALSE(Contains(outer, MakeExtent(19, 2)));
  EXPECT_FALSE(Contains(outer, MakeExtent(9, 2)));
  EXPECT_FALSE(Contains(outer, MakeExtent(21, 0)));
}

TEST(ExtentTest, NeighboursDoNotOverlap) {
  EXPECT_FALSE(Overlap(MakeExtent(0, 10), MakeExtent(10, 10)));
  EXPECT_FALSE(Overlap(MakeExtent(10, 10), MakeExtent(0, 10)));
  EXPECT_TRUE(Overlap(MakeExtent(0, 11), MakeExtent(10, 10)));
  EXPECT_TRUE(Overlap(MakeExtent(0, 100), MakeExtent(10, 10)));
  EXPECT_TRUE(Overlap(MakeExtent(10, 10), MakeExtent(0, 100)));
  EXPECT_FALSE(Overlap(MakeExtent(0, 100), MakeExtent(10, 0)));
}

TEST(ExtentTest, TextShowsWhatOverflows) {
  EXPECT_EQ(ExtentText(MakeExtent(64, 128)), "[64, 192)");
  EXPECT_EQ(ExtentText(MakeExtent(64, kMax)),
            "[64, 64 + 18446744073709551615)");
}

}  // namespace
}  // namespace tessera
