#include "formats/dtype/float8.h"

#include <cmath>
#include <cstdint>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// Value of sign, exponent and mantissa in a format with `mantissa_bits`.
double Value(uint8_t byte, int mantissa_bits, int bias) {
  const double sign = (byte & 0x80) != 0 ? -1.0 : 1.0;
  const int exponent = (byte & 0x7f) >> mantissa_bits;
  const int mantissa = byte & ((1 << mantissa_bits) - 1);
  if (exponent == 0) {
    return sign * std::ldexp(mantissa, 1 - bias - mantissa_bits);
  }
  return sign * std::ldexp((1 << mantissa_bits) + mantissa,
                           exponent - bias - mantissa_bits);
}

TEST(Float8Test, E4M3Table) {
  for (int byte = 0; byte < 256; ++byte) {
    const float value = F8E4M3ToF32(static_cast<uint8_t>(byte));
    EXPECT_EQ(std::signbit(value), byte >= 0x80) << byte;
    if ((byte & 0x7f) == 0x7f) {
      EXPECT_TRUE(std::isnan(value)) << byte;
    } else {
      EXPECT_EQ(double{value}, Value(static_cast<uint8_t>(byte), 3, 7)) << byte;
    }
  }
}

TEST(Float8Test, E4M3Landmarks) {
  EXPECT_EQ(F8E4M3ToF32(0x7e), 448.0f);
  EXPECT_EQ(F8E4M3ToF32(0xfe), -448.0f);
  EXPECT_EQ(F8E4M3ToF32(0x78), 256.0f);
  EXPECT_EQ(F8E4M3ToF32(0x38), 1.0f);
  EXPECT_EQ(F8E4M3ToF32(0x08), 0x1p-6f);
  EXPECT_EQ(F8E4M3ToF32(0x07), 7 * 0x1p-9f);
  EXPECT_EQ(F8E4M3ToF32(0x01), 0x1p-9f);
  EXPECT_EQ(F8E4M3ToF32(0x80), 0.0f);
}

TEST(Float8Test, E5M2Table) {
  for (int byte = 0; byte < 256; ++byte) {
    const float value = F8E5M2ToF32(static_cast<uint8_t>(byte));
    const int magnitude = byte & 0x7f;
    EXPECT_EQ(std::signbit(value), byte >= 0x80) << byte;
    if (magnitude > 0x7c) {
      EXPECT_TRUE(std::isnan(value)) << byte;
    } else if (magnitude == 0x7c) {
      EXPECT_TRUE(std::isinf(value)) << byte;
    } else {
      EXPECT_EQ(double{value}, Value(static_cast<uint8_t>(byte), 2, 15))
          << byte;
    }
  }
}

TEST(Float8Test, E5M2Landmarks) {
  EXPECT_EQ(F8E5M2ToF32(0x7b), 57344.0f);
  EXPECT_EQ(F8E5M2ToF32(0x3c), 1.0f);
  EXPECT_EQ(F8E5M2ToF32(0x04), 0x1p-14f);
  EXPECT_EQ(F8E5M2ToF32(0x01), 0x1p-16f);
}

}  // namespace
}  // namespace tessera
