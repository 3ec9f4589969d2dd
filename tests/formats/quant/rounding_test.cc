#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "formats/quant/rounding-inl.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

int Truncate(float value) { return TruncateOrZero(Broadcast(value))[0]; }

int Round(float value) { return RoundHalfAway(Broadcast(value))[0]; }

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Floats of both signs below `limit`: every multiple of 1/4 with its two
// neighbours, and a stride through all magnitudes.
template <typename Check>
void ForEachFloatBelow(float limit, Check check) {
  for (float base = 0.0f; base < limit; base += 0.25f) {
    for (float sign : {1.0f, -1.0f}) {
      check(sign * base);
      check(sign * std::nextafter(base, kInfinity));
      if (base > 0.0f) check(sign * std::nextafter(base, 0.0f));
    }
  }
  for (uint32_t bits = 0; bits < std::bit_cast<uint32_t>(limit); bits += 997) {
    check(std::bit_cast<float>(bits));
    check(-std::bit_cast<float>(bits));
  }
}

TEST(RoundingTest, NearestIntTiesToEven) {
  ForEachFloatBelow(5000.0f, [](float value) {
    ASSERT_EQ(NearestInt(value), static_cast<int>(std::nearbyint(value)))
        << value;
  });
  EXPECT_EQ(NearestInt(4194303.0f), 4194303);
  EXPECT_EQ(NearestInt(-4194303.0f), -4194303);
}

TEST(RoundingTest, RoundHalfAwayIsRound) {
  ForEachFloatBelow(255.0f, [](float value) {
    ASSERT_EQ(Round(value), static_cast<int>(std::round(value))) << value;
  });
}

TEST(RoundingTest, TruncateDropsTheFraction) {
  ForEachFloatBelow(256.0f, [](float value) {
    ASSERT_EQ(Truncate(value), static_cast<int>(std::trunc(value))) << value;
  });
}

TEST(RoundingTest, ClampedLanesAreClampedIntegers) {
  ForEachFloatBelow(100.0f, [](float value) {
    ASSERT_EQ(NearestClamped(Broadcast(value), -32, 31)[0],
              std::clamp(NearestInt(value), -32, 31))
        << value;
  });
  for (float value : {kInfinity, -kInfinity, kNan, 1e30f, -1e30f, 1e7f}) {
    EXPECT_EQ(NearestClamped(Broadcast(value), 0, 63)[0],
              std::clamp(NearestInt(value), 0, 63))
        << value;
  }
}

TEST(RoundingTest, NanIsZeroWhereAsked) {
  EXPECT_EQ(NearestIntOrZero(std::bit_cast<float>(0x7fc12345u)), 0);
  EXPECT_EQ(NearestIntOrZero(-kNan), 0);
  EXPECT_EQ(NearestIntOrZero(2.5f), 2);
}

TEST(RoundingTest, EveryFloatIsDefined) {
  for (float value : {kInfinity, -kInfinity, kNan, 1e30f, -1e30f, 256.0f}) {
    EXPECT_EQ(Truncate(value), 0) << value;
    EXPECT_EQ(Round(value), 0) << value;
    const int nearest = NearestInt(value);
    EXPECT_GE(nearest, -0x400000) << value;
    EXPECT_LT(nearest, 0x400000) << value;
  }
}

}  // namespace
}  // namespace tessera
