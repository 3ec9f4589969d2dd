// Every kernel over vectors in the table, on every ISA of this machine.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "base/isa.h"
#include "formats/dtype/float16.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/kernels/kernels.inc"

namespace tessera {
namespace {

constexpr int64_t kSizes[] = {1, 2, 8, 15, 16, 17, 31, 64, 65, 127, 200, 2048};

std::vector<float> RandomVector(int64_t size, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> x(size);
  for (float& value : x) value = normal(random);
  return x;
}

// Distance in units of the last place of `exact`.
double Ulps(float value, double exact) {
  int exponent;
  std::frexp(exact, &exponent);
  return std::fabs(value - exact) / std::ldexp(1.0, exponent - 24);
}

class VectorKernelsTest : public testing::TestWithParam<Isa> {
 protected:
  const KernelTable& kernels() const { return KernelTableFor(GetParam()); }
};

TEST_P(VectorKernelsTest, TableIsComplete) {
#define TESSERA_EXPECT_MEMBER(member, function) \
  EXPECT_NE(kernels().member, nullptr) << #member;
  TESSERA_FOR_EACH_VECTOR_KERNEL(TESSERA_EXPECT_MEMBER)
}

TEST_P(VectorKernelsTest, Dot) {
  std::mt19937 random(1);
  for (int64_t n : kSizes) {
    const std::vector<float> a = RandomVector(n, random);
    const std::vector<float> b = RandomVector(n, random);
    double sum = 0, magnitude = 0;
    for (int64_t i = 0; i < n; ++i) {
      sum += double{a[i]} * b[i];
      magnitude += std::fabs(double{a[i]} * b[i]);
    }
    EXPECT_NEAR(kernels().dot_f32(a.data(), b.data(), n), sum,
                1e-6 * magnitude);
  }
  EXPECT_EQ(kernels().dot_f32(nullptr, nullptr, 0), 0.0f);
}

TEST_P(VectorKernelsTest, RmsNorm) {
  std::mt19937 random(2);
  for (int64_t n : kSizes) {
    std::vector<float> x = RandomVector(n, random);
    const std::vector<float> weight = RandomVector(n, random);
    double squares = 0;
    for (float value : x) squares += double{value} * value;
    std::vector<float> out(n);
    kernels().rms_norm(x.data(), weight.data(), 1e-5f, n, out.data());
    for (int64_t i = 0; i < n; ++i) {
      const double expected = x[i] / std::sqrt(squares / n + 1e-5) * weight[i];
      EXPECT_NEAR(out[i], expected, 1e-6 * std::fabs(expected)) << n;
    }
    kernels().rms_norm(x.data(), weight.data(), 1e-5f, n, x.data());
    EXPECT_EQ(x, out);  // in place
  }
}

TEST_P(VectorKernelsTest, SiluIsWithinThreeUlpsEverywhere) {
  std::vector<float> x;
  for (float value = -87.0f; value < 100.0f; value += 0.00037f) {
    x.push_back(value);
  }
  std::vector<float> out = x;
  const std::vector<float> ones(x.size(), 1.0f);
  kernels().silu_multiply(out.data(), ones.data(), x.size());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = x[i] / (1 + std::exp(-double{x[i]}));
    worst = std::max(worst, Ulps(out[i], exact));
  }
  EXPECT_LT(worst, 3.0);
}

TEST_P(VectorKernelsTest, SiluMultiply) {
  std::mt19937 random(3);
  for (int64_t n : kSizes) {
    std::vector<float> gate = RandomVector(n, random);
    const std::vector<float> up = RandomVector(n, random);
    std::vector<float> out = gate;
    kernels().silu_multiply(out.data(), up.data(), n);
    for (int64_t i = 0; i < n; ++i) {
      const double expected = gate[i] / (1 + std::exp(-gate[i])) * up[i];
      EXPECT_NEAR(out[i], expected, 1e-6 * std::fabs(expected));
    }
  }
}

TEST_P(VectorKernelsTest, SiluOfExtremes) {
  std::vector<float> x = {0.0f,    -0.0f,    -100.0f,  -1e30f,
                          FLT_MAX, -FLT_MAX, INFINITY, -INFINITY,
                          NAN,     1e-40f,   -1e-40f};
  const std::vector<float> ones(x.size(), 1.0f);
  kernels().silu_multiply(x.data(), ones.data(), x.size());
  EXPECT_EQ(x[0], 0.0f);
  EXPECT_EQ(x[1], 0.0f);
  EXPECT_NEAR(x[2], 0.0f, 1e-36);
  EXPECT_EQ(x[3], 0.0f);
  EXPECT_EQ(x[4], FLT_MAX);
  EXPECT_EQ(x[5], 0.0f);
  EXPECT_EQ(x[6], INFINITY);
  EXPECT_TRUE(std::isnan(x[7]));  // -infinity / infinity
  EXPECT_TRUE(std::isnan(x[8]));
  EXPECT_NEAR(x[9], 0.0f, 1e-38);
  EXPECT_NEAR(x[10], 0.0f, 1e-38);
}

TEST_P(VectorKernelsTest, Add) {
  std::mt19937 random(4);
  for (int64_t n : kSizes) {
    std::vector<float> x = RandomVector(n, random);
    const std::vector<float> y = RandomVector(n, random);
    std::vector<float> expected(n);
    for (int64_t i = 0; i < n; ++i) expected[i] = x[i] + y[i];
    kernels().add(x.data(), y.data(), n);
    EXPECT_EQ(x, expected);
  }
}

TEST_P(VectorKernelsTest, RopeRotatesNeighbours) {
  std::mt19937 random(5);
  for (int64_t pairs : kSizes) {
    std::vector<float> x = RandomVector(2 * pairs, random);
    std::vector<float> cosines(pairs), sines(pairs);
    for (int64_t i = 0; i < pairs; ++i) {
      const double angle = 0.37 * (i + 1);
      cosines[i] = static_cast<float>(std::cos(angle));
      sines[i] = static_cast<float>(std::sin(angle));
    }
    const std::vector<float> before = x;
    kernels().rope(x.data(), cosines.data(), sines.data(), pairs);
    for (int64_t i = 0; i < pairs; ++i) {
      const double a = before[2 * i], b = before[2 * i + 1];
      const double length = std::hypot(a, b);
      EXPECT_NEAR(x[2 * i], a * cosines[i] - b * sines[i], 2e-7 * length);
      EXPECT_NEAR(x[2 * i + 1], a * sines[i] + b * cosines[i], 2e-7 * length);
    }
  }
}

TEST_P(VectorKernelsTest, RopeHalvesRotatesHalvesByTheSameAngles) {
  std::mt19937 random(6);
  for (int64_t pairs : kSizes) {
    std::vector<float> x = RandomVector(2 * pairs + 1, random);
    std::vector<float> cosines(pairs), sines(pairs);
    for (int64_t i = 0; i < pairs; ++i) {
      const double angle = 0.37 * (i + 1);
      cosines[i] = static_cast<float>(std::cos(angle));
      sines[i] = static_cast<float>(std::sin(angle));
    }
    const std::vector<float> before = x;
    kernels().rope_halves(x.data(), cosines.data(), sines.data(), pairs);
    for (int64_t i = 0; i < pairs; ++i) {
      const double a = before[i], b = before[i + pairs];
      const double length = std::hypot(a, b);
      EXPECT_NEAR(x[i], a * cosines[i] - b * sines[i], 2e-7 * length);
      EXPECT_NEAR(x[i + pairs], a * sines[i] + b * cosines[i], 2e-7 * length);
    }
    EXPECT_EQ(x.back(), before.back());
  }
}

TEST_P(VectorKernelsTest, F32ToF16OfEveryHalfAndItsNeighbours) {
  std::vector<float> x;
  for (uint32_t half = 0; half < 0x10000; ++half) {
    const float value = F16ToF32(static_cast<uint16_t>(half));
    x.push_back(value);
    if (!std::isfinite(value)) continue;
    // Around the value and around the middle to the next one, where ties lie.
    const float next = F16ToF32(static_cast<uint16_t>(half + 1));
    const float middle = value + (next - value) / 2;
    for (float centre : {value, middle}) {
      x.push_back(centre);
      x.push_back(std::nextafter(centre, INFINITY));
      x.push_back(std::nextafter(centre, -INFINITY));
    }
  }
  for (float value : {65519.9f, 65520.0f, 1e-10f, -1e-10f, FLT_MAX, FLT_MIN}) {
    x.push_back(value);
  }
  std::vector<uint16_t> out(x.size());
  kernels().f32_to_f16(x.data(), x.size(), out.data());
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(out[i], F32ToF16(x[i])) << std::hexfloat << x[i];
  }
  for (int64_t n : {0, 1, 15, 16, 17}) {
    std::vector<uint16_t> some(n + 1, 0xabcd);
    kernels().f32_to_f16(x.data() + 5000, n, some.data());
    for (int64_t i = 0; i < n; ++i) EXPECT_EQ(some[i], out[5000 + i]);
    EXPECT_EQ(some[n], 0xabcd);
  }
}

// The integer form of one token's activations.
struct Quantized {
  std::vector<int8_t> q;
  std::vector<float> scale;
  std::vector<int32_t> sum16;
};

Quantized Quantize(const KernelTable& kernels, const std::vector<float>& x) {
  const int64_t columns = x.size();
  const int64_t blocks = (columns + kActivationBlock - 1) / kActivationBlock;
  Quantized out{std::vector<int8_t>(blocks * kActivationBlock, 99),
                std::vector<float>(blocks), std::vector<int32_t>(2 * blocks)};
  kernels.quantize_activations({1, columns, 0, 1, x.data(), columns,
                                out.q.data(), out.scale.data(),
                                out.sum16.data()});
  return out;
}

TEST_P(VectorKernelsTest, QuantizesToNearestEvenWithTheLargestAt127) {
  std::mt19937 random(6);
  for (int64_t n : kSizes) {
    const std::vector<float> x = RandomVector(n, random);
    const Quantized out = Quantize(kernels(), x);
    for (size_t b = 0; b < out.scale.size(); ++b) {
      float max = 0;
      int32_t sums[2] = {0, 0};
      for (int64_t i = 0; i < kActivationBlock; ++i) {
        const size_t k = b * kActivationBlock + i;
        sums[i / 16] += out.q[k];
        if (k < x.size()) max = std::max(max, std::fabs(x[k]));
      }
      EXPECT_EQ(out.scale[b], max / 127.0f);
      EXPECT_EQ(out.sum16[2 * b], sums[0]);
      EXPECT_EQ(out.sum16[2 * b + 1], sums[1]);
      const float inverse = 127.0f / max;
      for (int64_t i = 0; i < kActivationBlock; ++i) {
        const size_t k = b * kActivationBlock + i;
        EXPECT_EQ(out.q[k], k < x.size() ? std::nearbyint(x[k] * inverse) : 0);
      }
    }
  }
  std::vector<float> ties(32);
  for (int i = 0; i < 32; ++i) ties[i] = i - 15.5f;
  ties[0] = 127.0f;
  const Quantized out = Quantize(kernels(), ties);
  EXPECT_EQ(out.q[0], 127);
  for (int i = 1; i < 32; ++i) EXPECT_EQ(out.q[i] % 2, 0) << i;
}

TEST_P(VectorKernelsTest, QuantizesExtremeBlocks) {
  const std::vector<float> zero(32), tiny(32, 1e-40f), small(32, 2e-36f),
      large(32, -FLT_MAX);
  for (const std::vector<float>& x : {zero, tiny}) {
    const Quantized out = Quantize(kernels(), x);
    EXPECT_EQ(out.scale[0], 0.0f);
    EXPECT_EQ(out.q, std::vector<int8_t>(32, 0));
    EXPECT_EQ(out.sum16, std::vector<int32_t>(2, 0));
  }
  EXPECT_EQ(Quantize(kernels(), small).q, std::vector<int8_t>(32, 127));
  EXPECT_EQ(Quantize(kernels(), large).q, std::vector<int8_t>(32, -127));
  EXPECT_EQ(Quantize(kernels(), large).scale[0], FLT_MAX / 127.0f);
  for (float bad : {INFINITY, -INFINITY, NAN}) {
    std::vector<float> x(64, 1.0f);
    x[40] = bad;
    const Quantized out = Quantize(kernels(), x);
    EXPECT_EQ(out.scale[0], 1.0f / 127.0f);
    EXPECT_TRUE(std::isnan(out.scale[1]));
    EXPECT_EQ(out.q[40], 0);
  }
}

TEST_P(VectorKernelsTest, QuantizationHasTheBitsOfTheScalarKernel) {
  std::mt19937 random(7);
  std::uniform_int_distribution<uint32_t> bits;
  for (int round = 0; round < 2000; ++round) {
    std::vector<float> x(33 + round % 32);
    const uint32_t keep = round % 2 ? 0xffffffff : 0x87ffffff;
    for (float& value : x) {
      const uint32_t pattern = bits(random) & keep;
      std::memcpy(&value, &pattern, sizeof(value));
    }
    const Quantized expected = Quantize(KernelTableFor(Isa::kScalar), x);
    const Quantized out = Quantize(kernels(), x);
    ASSERT_EQ(out.q, expected.q);
    ASSERT_EQ(out.sum16, expected.sum16);
    ASSERT_EQ(std::memcmp(out.scale.data(), expected.scale.data(),
                          4 * out.scale.size()),
              0);
  }
}

// Blocks lie where kernel_args.h says; other tokens are not touched.
TEST_P(VectorKernelsTest, QuantizesARangeOfTokensIntoThePanel) {
  std::mt19937 random(8);
  const int64_t tokens = 5, columns = 70, stride = 80, blocks = 3;
  const std::vector<float> x = RandomVector(tokens * stride, random);
  std::vector<int8_t> q(blocks * tokens * 32, 99);
  std::vector<float> scale(blocks * tokens, -1.0f);
  std::vector<int32_t> sum16(blocks * tokens * 2, -1);
  kernels().quantize_activations({tokens, columns, 2, 4, x.data(), stride,
                                  q.data(), scale.data(), sum16.data()});
  for (int64_t t = 0; t < tokens; ++t) {
    const std::vector<float> row(x.begin() + t * stride,
                                 x.begin() + t * stride + columns);
    const Quantized alone = Quantize(kernels(), row);
    for (int64_t b = 0; b < blocks; ++b) {
      const int64_t i = b * tokens + t;  // fewer tokens than a group
      const bool mine = t == 2 || t == 3;
      EXPECT_EQ(scale[i], mine ? alone.scale[b] : -1.0f);
      EXPECT_EQ(sum16[2 * i], mine ? alone.sum16[2 * b] : -1);
      EXPECT_EQ(sum16[2 * i + 1], mine ? alone.sum16[2 * b + 1] : -1);
      for (int64_t k = 0; k < 32; ++k) {
        EXPECT_EQ(q[i * 32 + k], mine ? alone.q[b * 32 + k] : 99);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, VectorKernelsTest,
                         testing::ValuesIn(SupportedIsas()),
                         [](const testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
