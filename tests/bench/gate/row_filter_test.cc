#include "bench/gate/row_filter.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(RowFilterTest, AllWordsHaveToBeThere) {
  constexpr char kName[] = "gemv BF16 interleaved avx2: instructions";
  EXPECT_TRUE(MatchesFilter(kName, ""));
  EXPECT_TRUE(MatchesFilter(kName, "BF16"));
  EXPECT_TRUE(MatchesFilter(kName, "  avx2 gemv "));
  EXPECT_TRUE(MatchesFilter(kName, "avx2: instructions"));
  EXPECT_FALSE(MatchesFilter(kName, "F16"));
  EXPECT_FALSE(MatchesFilter(kName, "gemv F16"));
  EXPECT_FALSE(MatchesFilter(kName, "gem"));
  EXPECT_TRUE(MatchesFilter("auto F16 transposed / interleaved t1", "/ t1"));
  EXPECT_FALSE(MatchesFilter("kernel F16 t128", "t1"));
}

}  // namespace
}  // namespace tessera
