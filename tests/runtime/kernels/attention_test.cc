// Attention, on every ISA of this machine, against a double reference.
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "formats/dtype/float16.h"
#include "gtest/gtest.h"
#include "runtime/cpu/isa.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

// Keys and values of one head, in rows of `stride`; what lies between the rows
// is NaN.
struct Head {
  int64_t dim, length, stride;
  std::vector<float> query, keys, values;
  std::vector<uint16_t> half_keys, half_values;
};

// Elements are rounded to float16, so that both kernels see the same.
std::vector<float> RandomRows(int64_t rows, int64_t dim, int64_t stride,
                              float size, std::mt19937& random) {
  std::normal_distribution<float> normal(0.0f, size);
  std::vector<float> x((rows - 1) * stride + dim, std::nanf(""));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < dim; ++i) {
      x[r * stride + i] = F16ToF32(F32ToF16(normal(random)));
    }
  }
  return x;
}

std::vector<uint16_t> ToHalf(const std::vector<float>& x) {
  std::vector<uint16_t> half;
  for (float value : x) half.push_back(F32ToF16(value));
  return half;
}

Head MakeHead(int64_t dim, int64_t length, float key_size,
              std::mt19937& random) {
  Head head{dim, length, dim + 5, {}, {}, {}, {}, {}};
  head.query = RandomRows(1, dim, dim, 1.0f, random);
  head.keys = RandomRows(length, dim, head.stride, key_size, random);
  head.values = RandomRows(length, dim, head.stride, 1.0f, random);
  head.half_keys = ToHalf(head.keys);
  head.half_values = ToHalf(head.values);
  return head;
}

std::vector<double> Reference(const Head& head, float scale) {
  std::vector<double> score(head.length);
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t j = 0; j < head.length; ++j) {
    for (int64_t i = 0; i < head.dim; ++i) {
      score[j] += double{head.query[i]} * head.keys[j * head.stride + i];
    }
    score[j] *= scale;
    max = std::max(max, score[j]);
  }
  std::vector<double> out(head.dim);
  for (int64_t j = 0; j < head.length; ++j) {
    const double weight = std::exp(score[j] - max);
    sum += weight;
    for (int64_t i = 0; i < head.dim; ++i) {
      out[i] += weight * head.values[j * head.stride + i];
    }
  }
  for (double& value : out) value /= sum;
  return out;
}

class AttentionTest : public testing::TestWithParam<Isa> {
 protected:
  std::vector<float> Run(const Head& head, float scale, bool half) {
    const KernelTable& kernels = KernelTableFor(GetParam());
    std::vector<float> out(head.dim + 1, 77.0f);
    const void* keys = half ? static_cast<const void*>(head.half_keys.data())
                            : head.keys.data();
    const void* values = half
                             ? static_cast<const void*>(head.half_values.data())
                             : head.values.data();
    const AttentionArgs args = {
        head.query.data(), keys,     values, head.stride,
        head.length,       head.dim, scale,  out.data()};
    (half ? kernels.attention_f16 : kernels.attention_f32)(args);
    EXPECT_EQ(out.back(), 77.0f);
    out.pop_back();
    return out;
  }

  void ExpectNearReference(const Head& head, float scale, double bound) {
    const std::vector<double> expected = Reference(head, scale);
    for (bool half : {false, true}) {
      const std::vector<float> out = Run(head, scale, half);
      for (int64_t i = 0; i < head.dim; ++i) {
        ASSERT_NEAR(out[i], expected[i], bound)
            << "dimension " << i << " of " << head.dim << ", length "
            << head.length << (half ? ", f16" : ", f32");
      }
    }
  }
};

TEST_P(AttentionTest, IsNearTheDoubleReferenceForEveryShape) {
  std::mt19937 random(1);
  for (int64_t dim : {2, 14, 16, 18, 64, 80, 96, 128, 130, 256}) {
    for (int64_t length : {1, 2, 15, 63, 64, 65, 128, 300}) {
      const Head head = MakeHead(dim, length, 1.0f, random);
      ExpectNearReference(head, 1.0f / std::sqrt(static_cast<float>(dim)),
                          5e-6);
    }
  }
}

// Scores that grow from tile to tile: every tile corrects the sums before it.
TEST_P(AttentionTest, LargerScoresInLaterTilesCorrectEarlierSums) {
  std::mt19937 random(2);
  Head head = MakeHead(64, 260, 0.1f, random);
  for (int64_t j = 0; j < head.length; ++j) {
    for (int64_t i = 0; i < head.dim; ++i) {
      float& key = head.keys[j * head.stride + i];
      key = F16ToF32(F32ToF16(key + head.query[i] * j * 0.005f));
    }
  }
  head.half_keys = ToHalf(head.keys);
  ExpectNearReference(head, 1.0f, 5e-6 * 50);
}

// Weights of all but one key underflow to zero.
TEST_P(AttentionTest, OneKeyDominates) {
  std::mt19937 random(3);
  const Head head = MakeHead(32, 100, 100.0f, random);
  ExpectNearReference(head, 1.0f, 1e-3);
}

TEST_P(AttentionTest, LengthOneCopiesTheValue) {
  std::mt19937 random(4);
  const Head head = MakeHead(64, 1, 1.0f, random);
  for (bool half : {false, true}) {
    const std::vector<float> out = Run(head, 0.125f, half);
    for (int64_t i = 0; i < 64; ++i) EXPECT_EQ(out[i], head.values[i]);
  }
}

TEST_P(AttentionTest, NonFiniteInputsGiveNonFiniteOutputs) {
  std::mt19937 random(5);
  for (float bad : {INFINITY, -INFINITY, NAN}) {
    Head head = MakeHead(16, 70, 1.0f, random);
    head.values[66 * head.stride + 3] = bad;
    head.half_values = ToHalf(head.values);
    for (bool half : {false, true}) {
      const std::vector<float> out = Run(head, 0.25f, half);
      EXPECT_FALSE(std::isfinite(out[3]));
      EXPECT_TRUE(std::isfinite(out[4]));
    }
    head.query.assign(16, bad);
    EXPECT_TRUE(std::isnan(Run(head, 0.25f, true)[4]));
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, AttentionTest,
                         testing::ValuesIn(SupportedIsas()),
                         [](const testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
