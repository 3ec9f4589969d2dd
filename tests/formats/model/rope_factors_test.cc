#include "formats/model/rope_factors.h"

#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

ModelConfig Llama31() {
  ModelConfig model;
  model.set_head_dim(128);
  model.set_rope_dimension_count(128);
  model.set_rope_theta(500000.0f);
  ModelConfig::RopeScaling& scaling = *model.mutable_rope_scaling();
  scaling.set_rope_type("llama3");
  scaling.set_factor(8);
  scaling.set_low_freq_factor(1);
  scaling.set_high_freq_factor(4);
  scaling.set_original_max_position_embeddings(8192);
  return model;
}

// The factors of Llama 3.1: short wavelengths are kept, long ones stretched by
// 8, and those between blended.
TEST(RopeFactorsTest, Llama3) {
  const std::vector<float> factors = Llama3RopeFactors(Llama31());
  ASSERT_EQ(factors.size(), 64u);
  EXPECT_EQ(factors.front(), 1.0f);
  EXPECT_EQ(factors.back(), 8.0f);
  for (size_t i = 1; i < factors.size(); ++i) {
    EXPECT_GE(factors[i], factors[i - 1]);
  }
  // Pair 30: wavelength 2 pi 500000^(60/128) = 2948.9, between 2048 and 8192;
  // smooth = (8192 / 2948.9 - 1) / 3 = 0.59266.
  EXPECT_NEAR(factors[30], 1 / ((1 - 0.59266) / 8 + 0.59266), 1e-3);
}

// As llama.cpp's converter writes them.
TEST(RopeFactorsTest, Llama3BitForBit) {
  ModelConfig model = Llama31();
  model.set_rope_dimension_count(32);
  model.set_rope_theta(10000.0f);
  model.mutable_rope_scaling()->set_original_max_position_embeddings(32);
  const std::vector<float> factors = Llama3RopeFactors(model);
  EXPECT_EQ(factors[0], 1.0f);
  EXPECT_EQ(factors[1], 0x1.7edacap+0f);
  EXPECT_EQ(factors[2], 0x1.a6574cp+1f);
  for (size_t i = 3; i < factors.size(); ++i) EXPECT_EQ(factors[i], 8.0f);
}

TEST(RopeFactorsTest, LinearScalingHasNoFactorsPerPair) {
  ModelConfig model = Llama31();
  model.mutable_rope_scaling()->set_rope_type("linear");
  EXPECT_TRUE(Llama3RopeFactors(model).empty());
}

TEST(RopeDivisorsTest, AreAllPositive) {
  EXPECT_TRUE(CheckRopeDivisors("rope_freqs.weight", {1.0f, 0.5f}).ok());
  for (const float bad : {0.0f, -1.0f, std::nanf("")}) {
    const absl::Status status =
        CheckRopeDivisors("rope_freqs.weight", {1, bad});
    EXPECT_TRUE(absl::IsDataLoss(status));
    EXPECT_NE(status.message().find("'rope_freqs.weight' holds "),
              std::string::npos)
        << status;
  }
}

}  // namespace
}  // namespace tessera
