// Attention, on every ISA of this machine, against a double reference.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/isa.h"
#include "formats/dtype/float16.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

// The arguments of a call. Elements are float16 values, so that both kernels
// see the same. Between the tokens' queries, and where the last block has
// no positions, there are NaNs.
struct Heads {
  int64_t dim, tokens, heads, length, stride;
  std::vector<float> query, keys, values;  // keys as rows [position][dim]

  int64_t positions() const { return length + tokens - 1; }
};

float Half(float x) { return F16ToF32(F32ToF16(x)); }

Heads MakeHeads(int64_t dim, int64_t tokens, int64_t heads, int64_t length,
                float key_size, std::mt19937& random) {
  Heads x{dim, tokens, heads, length, dim * heads + 3, {}, {}, {}};
  std::normal_distribution<float> normal;
  x.query.resize(tokens * x.stride, std::nanf(""));
  for (int64_t i = 0; i < tokens * heads * dim; ++i) {
    x.query[i / (heads * dim) * x.stride + i % (heads * dim)] =
        Half(normal(random));
  }
  for (int64_t i = 0; i < x.positions() * dim; ++i) {
    x.keys.push_back(Half(key_size * normal(random)));
    x.values.push_back(Half(normal(random)));
  }
  return x;
}

Heads MakeHead(int64_t dim, int64_t length, float key_size,
               std::mt19937& random) {
  return MakeHeads(dim, 1, 1, length, key_size, random);
}

// The call of one query of another.
Heads OneOf(const Heads& all, int64_t token, int64_t head) {
  Heads x = all;
  x.tokens = x.heads = 1;
  x.length = all.length + token;
  x.stride = x.dim;
  const float* query = all.query.data() + token * all.stride + head * x.dim;
  x.query.assign(query, query + x.dim);
  x.keys.resize(x.length * x.dim);
  x.values.resize(x.length * x.dim);
  return x;
}

// Keys, then values, of each block; the blocks last to first, NaNs where there
// is no position.
std::vector<float> Blocks(const Heads& x) {
  const int64_t count = (x.positions() + kKvBlock - 1) / kKvBlock;
  const int64_t part = x.dim * kKvBlock;
  std::vector<float> out(count * 2 * part, std::nanf(""));
  for (int64_t p = 0; p < x.positions(); ++p) {
    float* keys = out.data() + (count - 1 - p / kKvBlock) * 2 * part;
    float* values = keys + part + p % kKvBlock * x.dim;
    for (int64_t i = 0; i < x.dim; ++i) {
      keys[i * kKvBlock + p % kKvBlock] = x.keys[p * x.dim + i];
      values[i] = x.values[p * x.dim + i];
    }
  }
  return out;
}

std::vector<uint16_t> ToHalf(const std::vector<float>& x) {
  std::vector<uint16_t> half;
  for (float value : x) half.push_back(F32ToF16(value));
  return half;
}

// Of a call with one query.
std::vector<double> Reference(const Heads& x, float scale) {
  std::vector<double> score(x.length);
  double max = -std::numeric_limits<double>::infinity(), sum = 0;
  for (int64_t j = 0; j < x.length; ++j) {
    for (int64_t i = 0; i < x.dim; ++i) {
      score[j] += double{x.query[i]} * x.keys[j * x.dim + i];
    }
    score[j] *= scale;
    max = std::max(max, score[j]);
  }
  std::vector<double> out(x.dim);
  for (int64_t j = 0; j < x.length; ++j) {
    const double weight = std::exp(score[j] - max);
    sum += weight;
    for (int64_t i = 0; i < x.dim; ++i) {
      out[i] += weight * x.values[j * x.dim + i];
    }
  }
  for (double& value : out) value /= sum;
  return out;
}

class AttentionTest : public testing::TestWithParam<Isa> {
 protected:
  // The results of all queries, [token][head][dim].
  std::vector<float> Run(const Heads& x, float scale, bool half) {
    const KernelTable& kernels = KernelTableFor(GetParam());
    const std::vector<float> floats = Blocks(x);
    const std::vector<uint16_t> halves = ToHalf(floats);
    const auto* bytes = reinterpret_cast<const uint8_t*>(floats.data());
    if (half) bytes = reinterpret_cast<const uint8_t*>(halves.data());
    const int64_t part_bytes = x.dim * kKvBlock * (half ? 2 : 4);
    const int64_t block_bytes = 2 * part_bytes;
    std::vector<const uint8_t*> blocks;
    for (int64_t p = 0; p < x.positions(); p += kKvBlock) {
      blocks.insert(blocks.begin(), bytes + blocks.size() * block_bytes);
    }
    std::vector<float> out(x.tokens * x.stride + 1, 77.0f);
    AttentionArgs args = {};
    args.query = x.query.data();
    args.blocks = blocks.data();
    args.values_offset = part_bytes;
    args.tokens = x.tokens;
    args.heads = x.heads;
    args.token_stride = x.stride;
    args.length = x.length;
    args.head_dim = x.dim;
    args.scale = scale;
    args.out = out.data();
    (half ? kernels.attention_f16 : kernels.attention_f32)(args);
    std::vector<float> results;
    for (size_t i = 0; i < out.size(); ++i) {
      if (static_cast<int64_t>(i % x.stride) < x.heads * x.dim &&
          i + 1 < out.size()) {
        results.push_back(out[i]);
      } else {
        EXPECT_EQ(out[i], 77.0f) << "not a result, but written";
      }
    }
    return results;
  }

  void ExpectNearReference(const Heads& x, float scale, double bound) {
    const std::vector<double> expected = Reference(x, scale);
    for (bool half : {false, true}) {
      const std::vector<float> out = Run(x, scale, half);
      for (int64_t i = 0; i < x.dim; ++i) {
        ASSERT_NEAR(out[i], expected[i], bound)
            << "dimension " << i << " of " << x.dim << ", length " << x.length
            << (half ? ", f16" : ", f32");
      }
    }
  }
};

TEST_P(AttentionTest, IsNearTheDoubleReferenceForEveryShape) {
  std::mt19937 random(1);
  for (int64_t dim : {2, 14, 16, 18, 64, 80, 96, 128, 130, 256}) {
    for (int64_t length : {1, 2, 15, 16, 17, 63, 64, 65, 128, 200, 300}) {
      const Heads x = MakeHead(dim, length, 1.0f, random);
      ExpectNearReference(x, 1.0f / std::sqrt(static_cast<float>(dim)), 5e-6);
    }
  }
}

// So each is near the reference, too.
TEST_P(AttentionTest, AQueryHasTheSameBitsAloneAndAmongOthers) {
  struct Shape {
    int64_t tokens, heads;
  };
  std::mt19937 random(6);
  for (const Shape shape : {Shape{1, 8}, Shape{4, 8}, Shape{3, 7},
                            Shape{35, 1}, Shape{70, 2}, Shape{2, 40}}) {
    for (int64_t length : {1, 15, 17, 62, 65, 200}) {
      for (int64_t dim : {18, 64}) {
        const Heads all = MakeHeads(dim, shape.tokens, shape.heads, length,
                                    1.0f, random);
        for (bool half : {false, true}) {
          const std::vector<float> out = Run(all, 0.2f, half);
          for (int64_t q = 0; q < shape.tokens * shape.heads; ++q) {
            const Heads one = OneOf(all, q / shape.heads, q % shape.heads);
            ASSERT_EQ(Run(one, 0.2f, half),
                      std::vector<float>(out.begin() + q * dim,
                                         out.begin() + (q + 1) * dim))
                << "query " << q << " of " << shape.tokens << " tokens, "
                << shape.heads << " heads, length " << length;
          }
        }
      }
    }
  }
}

// What later tokens store must not be seen by earlier ones, whatever it is.
TEST_P(AttentionTest, PositionsBeyondATokensLengthChangeNothing) {
  std::mt19937 random(7);
  for (int64_t length : {1, 14, 60, 64, 100}) {
    Heads x = MakeHeads(48, 9, 2, length, 1.0f, random);
    for (bool half : {false, true}) {
      const std::vector<float> expected = Run(x, 0.2f, half);
      for (float bad : {INFINITY, NAN}) {
        // Seen by the last two tokens.
        Heads damaged = x;
        const int64_t first = (x.positions() - 2) * x.dim;
        std::fill(damaged.keys.begin() + first, damaged.keys.end(), bad);
        std::fill(damaged.values.begin() + first, damaged.values.end(), bad);
        const std::vector<float> out = Run(damaged, 0.2f, half);
        for (int64_t i = 0; i < 7 * 2 * x.dim; ++i) {
          ASSERT_EQ(out[i], expected[i]) << "length " << length;
        }
        EXPECT_TRUE(std::isnan(out[7 * 2 * x.dim]));
      }
    }
  }
}

// Scores that grow from tile to tile: every tile corrects the sums before it.
TEST_P(AttentionTest, LargerScoresInLaterTilesCorrectEarlierSums) {
  std::mt19937 random(2);
  Heads x = MakeHead(64, 260, 0.1f, random);
  for (int64_t j = 0; j < x.length; ++j) {
    for (int64_t i = 0; i < x.dim; ++i) {
      float& key = x.keys[j * x.dim + i];
      key = Half(key + x.query[i] * j * 0.005f);
    }
  }
  ExpectNearReference(x, 1.0f, 5e-6 * 50);
}

// Weights of all but one key underflow to zero.
TEST_P(AttentionTest, OneKeyDominates) {
  std::mt19937 random(3);
  ExpectNearReference(MakeHead(32, 100, 100.0f, random), 1.0f, 1e-3);
}

TEST_P(AttentionTest, LengthOneCopiesTheValue) {
  std::mt19937 random(4);
  const Heads x = MakeHead(64, 1, 1.0f, random);
  for (bool half : {false, true}) EXPECT_EQ(Run(x, 0.125f, half), x.values);
}

TEST_P(AttentionTest, NonFiniteInputsGiveNonFiniteOutputs) {
  std::mt19937 random(5);
  for (float bad : {INFINITY, -INFINITY, NAN}) {
    Heads x = MakeHead(16, 70, 1.0f, random);
    x.values[66 * x.dim + 3] = bad;
    for (bool half : {false, true}) {
      const std::vector<float> out = Run(x, 0.25f, half);
      EXPECT_FALSE(std::isfinite(out[3]));
      EXPECT_TRUE(std::isfinite(out[4]));
    }
    std::fill(x.query.begin(), x.query.begin() + x.dim, bad);
    EXPECT_TRUE(std::isnan(Run(x, 0.25f, true)[4]));
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, AttentionTest,
                         testing::ValuesIn(SupportedIsas()),
                         [](const testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
