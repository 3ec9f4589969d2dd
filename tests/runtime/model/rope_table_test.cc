#include "runtime/model/rope_table.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

HyperParameters ParametersOf(int64_t rope_dim, double theta,
                             double linear_factor) {
  HyperParameters parameters = {};
  parameters.rope_dim = rope_dim;
  parameters.rope_theta = theta;
  parameters.rope_linear_factor = linear_factor;
  return parameters;
}

// The angle of pair `pair` at `position`, between -pi and pi.
double AngleOf(const RopeTable& table, int64_t position, int64_t pair) {
  std::vector<float> cosines(table.pairs()), sines(table.pairs());
  table.Angles(position, cosines.data(), sines.data());
  return std::atan2(sines[pair], cosines[pair]);
}

TEST(RopeTableTest, FrequenciesFallGeometrically) {
  const RopeTable table(ParametersOf(8, 10000, 1), {});
  ASSERT_EQ(table.pairs(), 4);
  EXPECT_NEAR(AngleOf(table, 3, 0), 3.0, 1e-6);
  EXPECT_NEAR(AngleOf(table, 3, 1), 0.3, 1e-6);
  EXPECT_NEAR(AngleOf(table, 3, 2), 0.03, 1e-7);
  EXPECT_NEAR(AngleOf(table, 3, 3), 0.003, 1e-8);
  for (int64_t pair = 0; pair < 4; ++pair) {
    EXPECT_EQ(AngleOf(table, 0, pair), 0);
  }
}

TEST(RopeTableTest, FactorsDivide) {
  const RopeTable linear(ParametersOf(8, 10000, 4), {});
  EXPECT_NEAR(AngleOf(linear, 8, 0), 2.0, 1e-6);
  EXPECT_NEAR(AngleOf(linear, 8, 1), 0.2, 1e-6);
  const std::vector<float> divisors = {1, 2, 8, 8};
  const RopeTable divided(ParametersOf(8, 10000, 1), divisors);
  EXPECT_NEAR(AngleOf(divided, 2, 0), 2.0, 1e-6);
  EXPECT_NEAR(AngleOf(divided, 2, 1), 0.1, 1e-6);
  EXPECT_NEAR(AngleOf(divided, 2, 2), 0.0025, 1e-7);
}

TEST(RopeTableTest, StaysExactAtDistantPositions) {
  const RopeTable table(ParametersOf(2, 10000, 1), {});
  const double expected = std::remainder(131071.0, 2 * M_PI);
  EXPECT_NEAR(AngleOf(table, 131071, 0), expected, 1e-6);
}

}  // namespace
}  // namespace tessera
