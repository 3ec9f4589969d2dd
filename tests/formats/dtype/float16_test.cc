#include "formats/dtype/float16.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tessera {
namespace {

// The definition of binary16, in double.
double F16Value(uint16_t half) {
  const double sign = (half & 0x8000) != 0 ? -1.0 : 1.0;
  const int exponent = (half >> 10) & 0x1f;
  const int mantissa = half & 0x3ff;
  if (exponent == 31) return mantissa != 0 ? std::nan("") : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

bool IsNan16(uint16_t half) { return (half & 0x7fff) > 0x7c00; }

TEST(Float16Test, EveryHalfHasItsValue) {
  for (uint32_t half = 0; half < 65536; ++half) {
    const double expected = F16Value(static_cast<uint16_t>(half));
    const float value = F16ToF32(static_cast<uint16_t>(half));
    ASSERT_EQ(std::signbit(value), (half & 0x8000) != 0) << half;
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(value)) << half;
    } else {
      ASSERT_EQ(double{value}, expected) << half;
    }
  }
}

TEST(Float16Test, EveryHalfRoundTrips) {
  for (uint32_t half = 0; half < 65536; ++half) {
    const uint32_t quiet = IsNan16(static_cast<uint16_t>(half)) ? 0x0200 : 0;
    ASSERT_EQ(F32ToF16(F16ToF32(static_cast<uint16_t>(half))), half | quiet);
  }
}

// Between neighbours: the middle goes to the even one, the floats beside the
// middle to the nearer one.
TEST(Float16Test, RoundsToNearestEven) {
  for (uint16_t half = 0; half < 0x7bff; ++half) {
    const uint16_t next = half + 1;
    const float middle =
        static_cast<float>((F16Value(half) + F16Value(next)) / 2);
    const uint16_t even = half % 2 == 0 ? half : next;
    ASSERT_EQ(F32ToF16(middle), even) << half;
    ASSERT_EQ(F32ToF16(-middle), even | 0x8000) << half;
    ASSERT_EQ(F32ToF16(std::nextafter(middle, 0.0f)), half) << half;
    ASSERT_EQ(F32ToF16(std::nextafter(middle, INFINITY)), next) << half;
  }
}

TEST(Float16Test, EndsOfTheRange) {
  EXPECT_EQ(F32ToF16(65504.0f), 0x7bff);
  EXPECT_EQ(F32ToF16(std::nextafter(65520.0f, 0.0f)), 0x7bff);
  EXPECT_EQ(F32ToF16(65520.0f), 0x7c00);
  EXPECT_EQ(F32ToF16(-1e30f), 0xfc00);
  EXPECT_EQ(F32ToF16(INFINITY), 0x7c00);
  EXPECT_EQ(F32ToF16(0x1p-25f), 0x0000);
  EXPECT_EQ(F32ToF16(std::nextafter(0x1p-25f, 1.0f)), 0x0001);
  EXPECT_EQ(F32ToF16(-1e-45f), 0x8000);
  EXPECT_TRUE(IsNan16(F32ToF16(std::nanf(""))));
  // A payload in the lower bits only must not turn a NaN into infinity.
  EXPECT_TRUE(IsNan16(F32ToF16(std::bit_cast<float>(0x7f800001u))));
}

#if defined(__x86_64__)

__attribute__((target("f16c"))) uint16_t HardwareF32ToF16(float value) {
  return _cvtss_sh(value, _MM_FROUND_TO_NEAREST_INT);
}

__attribute__((target("f16c"))) float HardwareF16ToF32(uint16_t half) {
  return _cvtsh_ss(half);
}

// Bits of floats at every exponent, sign and rounding boundary, and random
// ones.
std::vector<uint32_t> InterestingBits() {
  std::vector<uint32_t> all;
  for (uint32_t top = 0; top < 1 << 13; ++top) {  // sign, exponent, 4 bits
    for (uint32_t low : {0x0u, 0x1u, 0x0fffu, 0x1000u, 0x1001u, 0x1fffu,
                         0x2000u, 0x2fffu, 0x3000u, 0x3001u, 0x7ffffu}) {
      all.push_back(top << 19 | low);
    }
  }
  std::mt19937 random(1);
  for (int i = 0; i < 4'000'000; ++i) all.push_back(random());
  return all;
}

TEST(Float16Test, AgreesWithTheHardware) {
  if (!__builtin_cpu_supports("f16c")) return;  // nothing to compare with
  for (uint32_t half = 0; half < 65536; ++half) {
    const auto bits = static_cast<uint16_t>(half);
    ASSERT_EQ(std::bit_cast<uint32_t>(F16ToF32(bits)),
              std::bit_cast<uint32_t>(HardwareF16ToF32(bits)))
        << half;
  }
  for (uint32_t bits : InterestingBits()) {
    const float value = std::bit_cast<float>(bits);
    ASSERT_EQ(F32ToF16(value), HardwareF32ToF16(value)) << std::hex << bits;
  }
}

#endif  // defined(__x86_64__)

}  // namespace
}  // namespace tessera
