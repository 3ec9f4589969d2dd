#include "runtime/model/rope_table.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

RopeParameters ParametersOf(int64_t dim, double theta, double linear_factor) {
  return {.dim = dim, .theta = theta, .linear_factor = linear_factor};
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

// Figures by hand: 8 pairs, base 10000, 64 positions. Pair i turns
// 64 / (2 pi 10000^(i / 8)) times: the bounds of 32 and 1 turns are pairs -1.0
// and 2.02, rounded and limited 0 and 3.
TEST(RopeTableTest, YarnStretchesSlowPairs) {
  RopeParameters parameters = ParametersOf(16, 10000, 1);
  parameters.yarn = Yarn{.factor = 4,
                         .original_positions = 64,
                         .beta_fast = 32,
                         .beta_slow = 1,
                         .rounded = true};
  parameters.attention_factor = 1.25;
  const RopeTable table(parameters, {});
  std::vector<float> cosines(8), sines(8);
  table.Angles(1, cosines.data(), sines.data());
  for (int i = 0; i < 8; ++i) {
    const double ramp = std::min(i / 3.0, 1.0);
    const double frequency = std::pow(10000, -i / 8.0);
    const double angle = frequency * (1 - ramp) + frequency / 4 * ramp;
    EXPECT_NEAR(cosines[i], 1.25 * std::cos(angle), 1e-6) << i;
    EXPECT_NEAR(sines[i], 1.25 * std::sin(angle), 1e-6) << i;
  }
}

TEST(RopeTableTest, YarnsBoundsNeedNotBeWhole) {
  RopeParameters parameters = ParametersOf(16, 10000, 1);
  parameters.yarn = Yarn{.factor = 4,
                         .original_positions = 64,
                         .beta_fast = 32,
                         .beta_slow = 1,
                         .rounded = false};
  const double high = 16 * std::log(64 / (2 * M_PI)) / (2 * std::log(10000.0));
  const double frequency = 0.1;  // of pair 2
  const double ramp = 2 / high;
  EXPECT_NEAR(AngleOf(RopeTable(parameters, {}), 1, 2),
              frequency * (1 - ramp) + frequency / 4 * ramp, 1e-6);
}

HyperParameters ModelOf(int64_t original_positions) {
  HyperParameters parameters = {};
  parameters.rope = ParametersOf(4, 10000, 1);
  parameters.original_positions = original_positions;
  return parameters;
}

TEST(ModelRopeTest, LongContextsHaveFactorsOfTheirOwn) {
  const std::vector<float> short_factors = {1, 2};
  const std::vector<float> long_factors = {4, 8};
  const ModelRope rope(ModelOf(256), {.short_contexts = short_factors,
                                      .long_contexts = long_factors});
  EXPECT_EQ(rope.local(), nullptr);
  EXPECT_NEAR(AngleOf(rope.Global(256), 1, 0), 1.0, 1e-6);
  EXPECT_NEAR(AngleOf(rope.Global(256), 1, 1), 0.005, 1e-8);
  EXPECT_NEAR(AngleOf(rope.Global(257), 1, 0), 0.25, 1e-6);
  EXPECT_NEAR(AngleOf(rope.Global(257), 1, 1), 0.00125, 1e-8);
  // Without factors, all contexts are alike.
  const ModelRope plain(ModelOf(256), {});
  EXPECT_EQ(&plain.Global(1), &plain.Global(1000));
}

TEST(ModelRopeTest, LocalLayersKnowNoFactors) {
  HyperParameters parameters = ModelOf(0);
  parameters.local_rope = ParametersOf(4, 100, 1);
  const std::vector<float> factors = {2, 2};
  const ModelRope rope(parameters, {.all = factors});
  ASSERT_NE(rope.local(), nullptr);
  EXPECT_NEAR(AngleOf(rope.Global(10), 1, 0), 0.5, 1e-6);
  EXPECT_NEAR(AngleOf(*rope.local(), 1, 0), 1.0, 1e-6);
  EXPECT_NEAR(AngleOf(*rope.local(), 1, 1), 0.1, 1e-7);
}

}  // namespace
}  // namespace tessera
