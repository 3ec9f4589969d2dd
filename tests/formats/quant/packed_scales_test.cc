#include <algorithm>
#include <cstdint>
#include <random>

#include "formats/quant/packed_scales-inl.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(PackedScalesTest, SetThenGetInAnyOrder) {
  std::mt19937 random(1);
  int order[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int round = 0; round < 1000; ++round) {
    uint8_t packed[12];
    for (uint8_t& byte : packed) byte = random() & 0xff;
    ScaleAndMin values[8];
    for (ScaleAndMin& value : values) {
      value.scale = random() & 0x3f;
      value.min = random() & 0x3f;
    }
    std::shuffle(order, order + 8, random);
    for (int j : order) SetScaleAndMin(values[j], j, packed);
    for (int j = 0; j < 8; ++j) {
      const ScaleAndMin got = GetScaleAndMin(packed, j);
      EXPECT_EQ(got.scale, values[j].scale) << j;
      EXPECT_EQ(got.min, values[j].min) << j;
    }
  }
}

// The layout of the specification, written out.
TEST(PackedScalesTest, BitsLieWhereThePictureSays) {
  uint8_t packed[12] = {};
  SetScaleAndMin({0x2a, 0x15}, 1, packed);
  EXPECT_EQ(packed[1], 0x2a);
  EXPECT_EQ(packed[5], 0x15);
  SetScaleAndMin({0x2a, 0x15}, 5, packed);
  EXPECT_EQ(packed[1], 0x2a | (2 << 6));
  EXPECT_EQ(packed[5], 0x15 | (1 << 6));
  EXPECT_EQ(packed[9], 0x5a);
  for (int byte : {0, 2, 3, 4, 6, 7, 8, 10, 11}) EXPECT_EQ(packed[byte], 0);
}

TEST(PackedScalesTest, ExcessBitsDoNotSpill) {
  for (int j = 0; j < 8; ++j) {
    uint8_t packed[12] = {};
    SetScaleAndMin({0xc0, 0xc0}, j, packed);
    for (uint8_t byte : packed) EXPECT_EQ(byte, 0) << j;
  }
}

}  // namespace
}  // namespace tessera
