#include "converter/quantize/value_weights.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ValueWeightsTest, GrowWithTheValue) {
  std::vector<float> weights;
  const float values[] = {1, -1, 2, 0};  // mean square 1.5
  const float importance[] = {1, 2, 1, 0};
  const auto result = WeighByValue(values, importance, &weights);
  ASSERT_EQ(result.size(), 4u);
  EXPECT_EQ(result[0], std::sqrt(2.5f));
  EXPECT_EQ(result[1], 2 * std::sqrt(2.5f));
  EXPECT_EQ(result[2], std::sqrt(5.5f));
  EXPECT_EQ(result[3], 0);
}

TEST(ValueWeightsTest, NoImportanceStaysNone) {
  std::vector<float> weights;
  const float values[] = {1, -1};
  EXPECT_TRUE(WeighByValue(values, {}, &weights).empty());
}

TEST(ValueWeightsTest, RowsWithoutAMeanSquareHaveTheImportanceOnly) {
  std::vector<float> weights;
  const float importance[] = {2, 1};
  const float infinity = std::numeric_limits<float>::infinity();
  for (float bad : {0.0f, -0.0f, infinity, std::nanf(""), 1e17f}) {
    const float values[] = {bad, 0};
    EXPECT_EQ(WeighByValue(values, importance, &weights).data(), importance);
  }
}

}  // namespace
}  // namespace tessera
