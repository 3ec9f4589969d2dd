#include "formats/dtype/bfloat16.h"

#include <bit>
#include <cmath>
#include <cstdint>

#include "gtest/gtest.h"

namespace tessera {
namespace {

uint16_t FromBits(uint32_t bits) {
  return F32ToBF16(std::bit_cast<float>(bits));
}

TEST(Bfloat16Test, EveryNumberRoundTrips) {
  for (uint32_t bfloat = 0; bfloat < 65536; ++bfloat) {
    const float value = BF16ToF32(static_cast<uint16_t>(bfloat));
    ASSERT_EQ(std::bit_cast<uint32_t>(value), bfloat << 16);
    const uint32_t quiet = std::isnan(value) ? 0x0040 : 0;
    ASSERT_EQ(F32ToBF16(value), bfloat | quiet);
  }
}

TEST(Bfloat16Test, RoundsToNearestEven) {
  EXPECT_EQ(FromBits(0x3f807fff), 0x3f80);
  EXPECT_EQ(FromBits(0x3f808000), 0x3f80);
  EXPECT_EQ(FromBits(0x3f808001), 0x3f81);
  EXPECT_EQ(FromBits(0x3f817fff), 0x3f81);
  EXPECT_EQ(FromBits(0x3f818000), 0x3f82);
  EXPECT_EQ(FromBits(0xbf818000), 0xbf82);
}

TEST(Bfloat16Test, EndsOfTheRange) {
  EXPECT_EQ(FromBits(0x7f7fffff), 0x7f80);  // largest float: infinity
  EXPECT_EQ(FromBits(0x7f7f7fff), 0x7f7f);
  EXPECT_EQ(FromBits(0x7f800000), 0x7f80);
  EXPECT_EQ(FromBits(0xff800000), 0xff80);
  EXPECT_EQ(FromBits(0x00000001), 0x0000);
  EXPECT_EQ(FromBits(0x00008001), 0x0001);  // denormals are kept
  EXPECT_EQ(FromBits(0x80000000), 0x8000);
}

TEST(Bfloat16Test, NansStayNansAndBecomeQuiet) {
  EXPECT_EQ(FromBits(0x7f800001), 0x7fc0);
  EXPECT_EQ(FromBits(0xff812345), 0xffc1);
  EXPECT_EQ(FromBits(0x7fffffff), 0x7fff);
  EXPECT_EQ(FromBits(0xffffffff), 0xffff);
}

}  // namespace
}  // namespace tessera
