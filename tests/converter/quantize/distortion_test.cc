#include "converter/quantize/distortion.h"

#include <cmath>
#include <random>
#include <vector>

#include "base/isa.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(DistortionTest, SummarizesErrors) {
  const float original[] = {3, 4, 0, 0};
  const float stored[] = {3, 3, 0, 0};
  Distortion distortion;
  distortion.Add(original, stored, 4);
  const QuantizationError error = distortion.Summary();
  EXPECT_DOUBLE_EQ(error.rmse(), 0.5);
  EXPECT_DOUBLE_EQ(error.max_abs(), 1);
  EXPECT_DOUBLE_EQ(error.snr_db(), 10 * std::log10(25.0));
}

TEST(DistortionTest, MergeEqualsOneLongRow) {
  const float original[] = {1, 2, 3, 4};
  const float stored[] = {1.5f, 2, 3, 3.75f};
  Distortion whole, first, second;
  whole.Add(original, stored, 4);
  first.Add(original, stored, 2);
  second.Add(original + 2, stored + 2, 2);
  first.Merge(second);
  EXPECT_EQ(whole.Summary().rmse(), first.Summary().rmse());
  EXPECT_EQ(whole.Summary().max_abs(), 0.5);
}

TEST(DistortionTest, EveryIsaGivesTheSameBits) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> original(1003), stored(1003);
  for (int count : {0, 1, 7, 8, 9, 64, 1003}) {
    for (int i = 0; i < count; ++i) {
      original[i] = normal(random);
      stored[i] = original[i] + 0.1f * normal(random);
    }
    Distortion expected;
    expected.Add(original.data(), stored.data(), count, Isa::kScalar);
    for (Isa isa : SupportedIsas()) {
      Distortion distortion;
      distortion.Add(original.data(), stored.data(), count, isa);
      EXPECT_EQ(distortion.Summary().SerializeAsString(),
                expected.Summary().SerializeAsString())
          << IsaName(isa) << " " << count;
    }
  }
}

// The order of the sums is part of the interface.
TEST(DistortionTest, PairsGoToEightAccumulators) {
  std::vector<float> original(100), stored(100);
  double sums[8] = {};
  for (int i = 0; i < 100; ++i) {
    original[i] = 1.0f / static_cast<float>(i + 3);
    const double error = double{stored[i]} - double{original[i]};
    sums[i % 8] += error * error;
  }
  double sum = 0;
  for (double accumulator : sums) sum += accumulator;
  Distortion distortion;
  distortion.Add(original.data(), stored.data(), 100);
  EXPECT_EQ(distortion.Summary().rmse(), std::sqrt(sum / 100));
}

TEST(DistortionTest, NanMakesTheErrorNan) {
  const float original[] = {1, 2};
  const float stored[] = {std::nanf(""), 5};
  Distortion distortion;
  distortion.Add(original, stored, 2);
  EXPECT_TRUE(std::isnan(distortion.Summary().rmse()));
  EXPECT_EQ(distortion.Summary().max_abs(), 3);
}

TEST(DistortionTest, NoErrorIsInfinitelyGood) {
  const float values[] = {1, -2};
  Distortion distortion;
  distortion.Add(values, values, 2);
  EXPECT_EQ(distortion.Summary().rmse(), 0);
  EXPECT_TRUE(std::isinf(distortion.Summary().snr_db()));
}

}  // namespace
}  // namespace tessera
