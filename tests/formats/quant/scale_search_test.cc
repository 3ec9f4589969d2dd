#include "formats/quant/scale_search.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// Bit-exactness is codec_golden_test's matter; here is what the fits mean.

constexpr InverseScaleGrid kGrid = {-0.9f, 0.05f, 36};

TEST(ScaleSearchTest, SymmetricFitRecoversExactMultiples) {
  for (const float scale : {0.25f, -0.25f}) {
    std::vector<float> values;
    for (int q = 0; q < 16; ++q) {
      values.push_back(scale * static_cast<float>(q - 8));
    }
    const std::vector<float> weights(16, 1.0f);
    uint8_t quants[16];
    EXPECT_EQ(FitSymmetric(values.data(), weights.data(), 16, 8, quants),
              scale);
    for (int q = 0; q < 16; ++q) EXPECT_EQ(quants[q], q);
  }
}

TEST(ScaleSearchTest, SymmetricFitPrefersWhatHasWeight) {
  const float values[] = {0.9f, 1.0f, -0.3f, 0.2f};
  const float even[] = {1.0f, 1.0f, 1.0f, 1.0f};
  const float first[] = {1000.0f, 1.0f, 1.0f, 1.0f};
  const auto error_of_first = [&values](const float* weights) {
    uint8_t quants[4];
    const float scale = FitSymmetric(values, weights, 4, 4, quants);
    return std::fabs(scale * static_cast<float>(quants[0] - 4) - values[0]);
  };
  EXPECT_LT(error_of_first(first), error_of_first(even));
}

TEST(ScaleSearchTest, AffineFitRecoversExactSteps) {
  std::vector<float> values;
  for (int q = 0; q < 16; ++q) {
    values.push_back(0.5f * static_cast<float>(q) - 2.0f);
  }
  const std::vector<float> weights(16, 1.0f);
  uint8_t quants[16];
  const AffineFit fit =
      FitAffine(values.data(), weights.data(), 16, 15, kGrid, quants);
  EXPECT_EQ(fit.scale, 0.5f);
  EXPECT_EQ(fit.min, -2.0f);
  for (int q = 0; q < 16; ++q) EXPECT_EQ(quants[q], q);
}

TEST(ScaleSearchTest, AffineFitKeepsZeroInRange) {
  const float positive[] = {3.0f, 4.0f, 5.0f, 6.0f};
  const float weights[] = {1.0f, 1.0f, 1.0f, 1.0f};
  uint8_t quants[4];
  const AffineFit fit = FitAffine(positive, weights, 4, 15, kGrid, quants);
  EXPECT_LE(fit.min, 0.0f);
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(fit.scale * quants[i] + fit.min, positive[i], 0.2f);
  }
}

TEST(ScaleSearchTest, ZerosFitToZeroScale) {
  const float zeros[32] = {};
  const float weights[32] = {};
  uint8_t quants[32];
  EXPECT_EQ(FitSymmetric(zeros, weights, 32, 8, quants), 0.0f);
  EXPECT_EQ(FitNonnegative(zeros, weights, 32, 63, quants), 0.0f);
  const AffineFit fit = FitAffine(zeros, weights, 32, 15, kGrid, quants);
  EXPECT_EQ(fit.scale, 0.0f);
  EXPECT_EQ(fit.min, 0.0f);
  for (uint8_t quant : quants) EXPECT_EQ(quant, 0);
}

TEST(ScaleSearchTest, NonnegativeFitDoesNotWrapBelowZero) {
  const float values[] = {1.0f, -0.5f, 0.25f, 0.0f};
  const float weights[] = {1.0f, 1.0f, 1.0f, 1.0f};
  uint8_t quants[4];
  const float scale = FitNonnegative(values, weights, 4, 63, quants);
  EXPECT_EQ(quants[0], 63);
  EXPECT_EQ(quants[1], 0);
  EXPECT_NEAR(scale * quants[2], 0.25f, 0.01f);
  EXPECT_EQ(quants[3], 0);
}

}  // namespace
}  // namespace tessera
