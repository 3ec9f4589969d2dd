// Attention, on every ISA of this machine, against a double reference.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "base/isa.h"
#include "gtest/gtest.h"
#include "tests/runtime/kernels/attention_heads.h"

namespace tessera {
namespace {

class AttentionTest : public testing::TestWithParam<Isa> {
 protected:
  std::vector<float> Run(const Heads& x, float scale, bool half) {
    return RunAttention(GetParam(), x, scale, half);
  }

  void ExpectNearReference(const Heads& x, float scale, double bound) {
    const std::vector<double> expected = AttentionReference(x, scale);
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
  for (const Shape shape : {Shape{1, 8}, Shape{4, 8}, Shape{3, 7}, Shape{35, 1},
                            Shape{70, 2}, Shape{2, 40}}) {
    for (int64_t length : {1, 15, 17, 62, 65, 200}) {
      for (int64_t dim : {18, 64}) {
        const Heads all =
            MakeHeads(dim, shape.tokens, shape.heads, length, 1.0f, random);
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
