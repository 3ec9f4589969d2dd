#include <cmath>
#include <vector>

#include "formats/quant/multiples_search-inl.h"
#include "formats/quant/scale_search-inl.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// Bit-exactness is codec_golden_test's matter; here is what the fits mean.

constexpr InverseScaleGrid kGrid = {-0.9f, 0.05f, 36};

// The same group in every lane; without weights all weigh the same.
template <int kCount>
Group<kCount> MakeGroup(const std::vector<float>& values,
                        const std::vector<float>& weights = {}) {
  Group<kCount> group;
  for (int i = 0; i < kCount; ++i) {
    group.values[i] = Broadcast(values[i]);
    group.weights[i] = Broadcast(weights.empty() ? 1.0f : weights[i]);
  }
  return group;
}

TEST(ScaleSearchTest, SymmetricFitRecoversExactMultiples) {
  for (const float scale : {0.25f, -0.25f}) {
    std::vector<float> values;
    for (int q = 0; q < 16; ++q) {
      values.push_back(scale * static_cast<float>(q - 8));
    }
    const Group<16> group = MakeGroup<16>(values);
    const SymmetricFit fit = FitSymmetric<8>(group);
    Floats quants[16];
    QuantizeSymmetric<8>(group, fit, quants);
    for (int lane = 0; lane < kLanes; ++lane) {
      EXPECT_EQ(fit.scale[lane], scale);
      for (int q = 0; q < 16; ++q) EXPECT_EQ(quants[q][lane], q);
    }
  }
}

TEST(ScaleSearchTest, SymmetricFitPrefersWhatHasWeight) {
  const std::vector<float> values = {0.9f, 1.0f, -0.3f, 0.2f};
  const auto error_of_first = [&values](const std::vector<float>& weights) {
    const Group<4> group = MakeGroup<4>(values, weights);
    const SymmetricFit fit = FitSymmetric<4>(group);
    Floats quants[4];
    QuantizeSymmetric<4>(group, fit, quants);
    return std::fabs(fit.scale[0] * (quants[0][0] - 4) - values[0]);
  };
  EXPECT_LT(error_of_first({1000.0f, 1.0f, 1.0f, 1.0f}),
            error_of_first({1.0f, 1.0f, 1.0f, 1.0f}));
}

TEST(ScaleSearchTest, LanesAreIndependent) {
  Group<4> group = MakeGroup<4>({0.9f, 1.0f, -0.3f, 0.2f});
  const float alone = FitSymmetric<8>(group).scale[0];
  for (Floats& x : group.values) {
    x[1] = std::nanf("");
    x[2] = 0.0f;
    x[3] = 1e30f;
  }
  const SymmetricFit fit = FitSymmetric<8>(group);
  EXPECT_EQ(fit.scale[0], alone);
  EXPECT_EQ(fit.scale[2], 0.0f);
}

TEST(ScaleSearchTest, AffineFitRecoversExactSteps) {
  std::vector<float> values;
  for (int q = 0; q < 16; ++q) {
    values.push_back(0.5f * static_cast<float>(q) - 2.0f);
  }
  const Group<16> group = MakeGroup<16>(values);
  const AffineFit fit = FitAffine<15>(group, kGrid);
  EXPECT_EQ(fit.scale[0], 0.5f);
  EXPECT_EQ(fit.min[0], -2.0f);
  Floats quants[16];
  QuantizeAffine<15>(group.values, fit, quants);
  for (int q = 0; q < 16; ++q) EXPECT_EQ(quants[q][0], q);
}

TEST(ScaleSearchTest, AffineFitKeepsZeroInRange) {
  const std::vector<float> positive = {3.0f, 4.0f, 5.0f, 6.0f};
  const Group<4> group = MakeGroup<4>(positive);
  const AffineFit fit = FitAffine<15>(group, kGrid);
  EXPECT_LE(fit.min[0], 0.0f);
  Floats quants[4];
  QuantizeAffine<15>(group.values, fit, quants);
  for (int i = 0; i < 4; ++i) {
    EXPECT_NEAR(fit.scale[0] * quants[i][0] + fit.min[0], positive[i], 0.2f);
  }
}

TEST(ScaleSearchTest, ZerosFitToZeroScale) {
  const std::vector<float> zeros(32);
  const Group<32> group = MakeGroup<32>(zeros, zeros);
  Floats quants[32];
  const SymmetricFit symmetric = FitSymmetric<8>(group);
  EXPECT_EQ(symmetric.scale[0], 0.0f);
  QuantizeSymmetric<8>(group, symmetric, quants);
  for (Floats quant : quants) EXPECT_EQ(quant[0], 0.0f);
  const AffineFit affine = FitAffine<15>(group, kGrid);
  EXPECT_EQ(affine.scale[0], 0.0f);
  EXPECT_EQ(affine.min[0], 0.0f);
  QuantizeAffine<15>(group.values, affine, quants);
  for (Floats quant : quants) EXPECT_EQ(quant[0], 0.0f);
  const Multiples<32> multiples = QuantizeByWeight(group);
  EXPECT_EQ(multiples.unit[0], 0.0f);
  for (Floats multiple : multiples.multiples) EXPECT_EQ(multiple[0], 0.0f);
}

TEST(MultiplesSearchTest, NegativeValuesBecomeZero) {
  const Multiples<4> found =
      QuantizeByWeight(MakeGroup<4>({1.0f, -0.5f, 0.25f, 0.0f}));
  EXPECT_EQ(found.multiples[0][0], 63.0f);
  EXPECT_EQ(found.multiples[1][0], 0.0f);
  EXPECT_NEAR(found.unit[0] * found.multiples[2][0], 0.25f, 0.01f);
  EXPECT_EQ(found.multiples[3][0], 0.0f);
}

TEST(MultiplesSearchTest, LargestBecomesTheLargestMultiple) {
  const Group<4> group = MakeGroup<4>({3.15f, 1.0f, -2.0f, 0.0f});
  const Multiples<4> found = QuantizeToMaximum(group.values);
  EXPECT_FLOAT_EQ(found.unit[0], 0.05f);
  EXPECT_EQ(found.multiples[0][0], 63.0f);
  EXPECT_EQ(found.multiples[1][0], 20.0f);
  EXPECT_EQ(found.multiples[2][0], 0.0f);
}

}  // namespace
}  // namespace tessera
