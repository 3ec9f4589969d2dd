// Activations, caps, layer norm and scaled sums, on every ISA of this machine,
// against double references.
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/isa.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

constexpr int64_t kSizes[] = {1, 2, 8, 15, 16, 17, 31, 64, 65, 127, 200, 2048};

std::vector<float> RandomVector(int64_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(size);
  for (float& value : x) value = normal(random);
  return x;
}

// Everything between -20 and 20, close to each other.
std::vector<float> Line() {
  std::vector<float> x;
  for (float value = -20.0f; value < 20.0f; value += 0.00037f) {
    x.push_back(value);
  }
  return x;
}

double GeluOf(double x) {
  const double argument = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
  return x / 2 * (1 + std::tanh(argument));
}
double ExactGeluOf(double x) { return x / 2 * std::erfc(-x / std::sqrt(2)); }

class ActivationKernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const KernelTable& kernels() const { return KernelTableFor(GetParam()); }

  // `function` against `exact` on a line: within `bound` of |x|.
  void ExpectNear(void (*function)(float*, int64_t), double (*exact)(double),
                  double bound) {
    const std::vector<float> x = Line();
    std::vector<float> out = x;
    function(out.data(), out.size());
    for (size_t i = 0; i < x.size(); ++i) {
      ASSERT_NEAR(out[i], exact(x[i]), bound * std::fabs(x[i])) << x[i];
    }
  }

  // The product has the bits of the plain function, for every size.
  void ExpectProduct(void (*multiply)(float*, const float*, int64_t),
                     void (*function)(float*, int64_t)) {
    std::mt19937 random(1);
    for (const int64_t n : kSizes) {
      std::vector<float> gate = RandomVector(n + 1, random);
      const std::vector<float> up = RandomVector(n, random);
      std::vector<float> expected = gate;
      function(expected.data(), n);
      for (int64_t i = 0; i < n; ++i) expected[i] *= up[i];
      multiply(gate.data(), up.data(), n);
      EXPECT_EQ(gate, expected) << n;
    }
  }
};

TEST_P(ActivationKernelsTest, GeluIsNearItsFormula) {
  ExpectNear(kernels().gelu, GeluOf, 3e-7);
}

TEST_P(ActivationKernelsTest, ExactGeluIsNearItsDefinition) {
  ExpectNear(kernels().exact_gelu, ExactGeluOf, 3e-7);
}

TEST_P(ActivationKernelsTest, GeluOfExtremes) {
  for (const auto function : {kernels().gelu, kernels().exact_gelu}) {
    std::vector<float> x = {0.0f,   100.0f,   -100.0f, 1e30f,
                            -1e30f, INFINITY, NAN};
    function(x.data(), x.size());
    EXPECT_EQ(x[0], 0.0f);
    EXPECT_EQ(x[1], 100.0f);
    EXPECT_NEAR(x[2], 0.0f, 1e-36);
    EXPECT_EQ(x[3], 1e30f);
    EXPECT_NEAR(x[4], 0.0f, 1e-36);
    EXPECT_EQ(x[5], INFINITY);
    EXPECT_TRUE(std::isnan(x[6]));
  }
}

TEST_P(ActivationKernelsTest, GeluMultiplies) {
  ExpectProduct(kernels().gelu_multiply, kernels().gelu);
  ExpectProduct(kernels().exact_gelu_multiply, kernels().exact_gelu);
}

// Relative to the result, so that small logits stay what they are.
TEST_P(ActivationKernelsTest, SoftCapIsNearItsFormula) {
  for (const float cap : {2.0f, 30.0f, 50.0f}) {
    std::vector<float> x = Line();
    for (const float value : {1e-6f, -1e-6f, 1e-20f, 300.0f, -300.0f, 1e30f}) {
      x.push_back(value);
    }
    std::vector<float> out = x;
    kernels().soft_cap(out.data(), cap, out.size());
    for (size_t i = 0; i < x.size(); ++i) {
      const double exact = cap * std::tanh(double{x[i]} / cap);
      ASSERT_NEAR(out[i], exact, 5e-7 * std::fabs(exact)) << x[i];
    }
  }
  float nan = NAN;
  kernels().soft_cap(&nan, 30.0f, 1);
  EXPECT_TRUE(std::isnan(nan));
}

TEST_P(ActivationKernelsTest, LayerNormIsNearItsFormula) {
  std::mt19937 random(2);
  for (const int64_t n : kSizes) {
    std::vector<float> x = RandomVector(n, random);
    for (float& value : x) value += 3;
    const std::vector<float> weight = RandomVector(n, random);
    const std::vector<float> bias = RandomVector(n, random);
    double mean = 0, variance = 0;
    for (const float value : x) mean += value / static_cast<double>(n);
    for (const float value : x) {
      variance += (value - mean) * (value - mean) / static_cast<double>(n);
    }
    for (const bool has_weight : {false, true}) {
      for (const bool has_bias : {false, true}) {
        const float* w = has_weight ? weight.data() : nullptr;
        const float* b = has_bias ? bias.data() : nullptr;
        std::vector<float> out(n + 1, 77.0f);
        kernels().layer_norm(x.data(), w, b, 1e-5f, n, out.data());
        for (int64_t i = 0; i < n; ++i) {
          const double normed = (x[i] - mean) / std::sqrt(variance + 1e-5) *
                                (has_weight ? weight[i] : 1);
          // The mean's rounding counts as much as the values'.
          EXPECT_NEAR(out[i], normed + (has_bias ? bias[i] : 0),
                      n == 1 ? 1e-3 : 1e-5)
              << n;
        }
        EXPECT_EQ(out.back(), 77.0f);
        std::vector<float> in_place = x;
        kernels().layer_norm(in_place.data(), w, b, 1e-5f, n, in_place.data());
        EXPECT_EQ(in_place, std::vector<float>(out.begin(), out.end() - 1));
      }
    }
  }
}

TEST_P(ActivationKernelsTest, ScaledSumsAndProducts) {
  std::mt19937 random(3);
  for (const int64_t n : kSizes) {
    std::vector<float> x = RandomVector(n + 1, random);
    const std::vector<float> y = RandomVector(n, random);
    std::vector<float> expected = x;
    for (int64_t i = 0; i < n; ++i) expected[i] += y[i] * 0.22f;
    kernels().add_scaled(x.data(), y.data(), 0.22f, n);
    EXPECT_EQ(x, expected);
    for (int64_t i = 0; i < n; ++i) expected[i] *= 1.5f;
    kernels().scale(x.data(), 1.5f, n);
    EXPECT_EQ(x, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, ActivationKernelsTest,
                         testing::ValuesIn(SupportedIsas()),
                         [](const testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
