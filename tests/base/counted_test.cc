#include "base/counted.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(CountedTest, GroupsOfThree) {
  EXPECT_EQ(WithCommas(0), "0");
  EXPECT_EQ(WithCommas(999), "999");
  EXPECT_EQ(WithCommas(1000), "1,000");
  EXPECT_EQ(WithCommas(1234567), "1,234,567");
  EXPECT_EQ(WithCommas(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(CountedTest, OneIsNotMany) {
  EXPECT_EQ(Counted(0, "tensor"), "0 tensors");
  EXPECT_EQ(Counted(1, "tensor"), "1 tensor");
  EXPECT_EQ(Counted(2, "tensor"), "2 tensors");
  EXPECT_EQ(Counted(12345, "weight"), "12,345 weights");
  EXPECT_EQ(Counted(1, "matrix", "matrices"), "1 matrix");
  EXPECT_EQ(Counted(24, "matrix", "matrices"), "24 matrices");
}

}  // namespace
}  // namespace tessera
