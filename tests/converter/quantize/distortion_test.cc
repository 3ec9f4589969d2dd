#include "converter/quantize/distortion.h"

#include <cmath>

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

TEST(DistortionTest, NoErrorIsInfinitelyGood) {
  const float values[] = {1, -2};
  Distortion distortion;
  distortion.Add(values, values, 2);
  EXPECT_EQ(distortion.Summary().rmse(), 0);
  EXPECT_TRUE(std::isinf(distortion.Summary().snr_db()));
}

}  // namespace
}  // namespace tessera
