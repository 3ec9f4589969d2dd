// Windows, caps and sinks of attention, on every ISA of this machine, against a
// double reference.
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

class AttentionOptionsTest : public testing::TestWithParam<Isa> {
 protected:
  std::vector<float> Run(const Heads& x, float scale, bool half) {
    return RunAttention(GetParam(), x, scale, half);
  }

  // Every query, among the others and alone.
  void ExpectNearReference(const Heads& all, float scale, double bound) {
    for (const bool half : {false, true}) {
      const std::vector<float> out = Run(all, scale, half);
      for (int64_t q = 0; q < all.tokens * all.heads; ++q) {
        const Heads one = OneOf(all, q / all.heads, q % all.heads);
        const std::vector<double> expected = AttentionReference(one, scale);
        const std::vector<float> alone = Run(one, scale, half);
        for (int64_t i = 0; i < all.dim; ++i) {
          ASSERT_NEAR(out[q * all.dim + i], expected[i], bound)
              << "query " << q << " of " << all.tokens << " tokens, length "
              << all.length << ", window " << all.window;
          ASSERT_EQ(out[q * all.dim + i], alone[i]);
        }
      }
    }
  }
};

TEST_P(AttentionOptionsTest, WindowsOfEverySize) {
  std::mt19937 random(1);
  for (const int64_t window : {1, 2, 7, 12, 63, 64, 65, 128, 1000}) {
    for (const int64_t length : {1, 12, 64, 65, 130, 300}) {
      for (const int64_t tokens : {1, 3, 40, 70}) {
        Heads x = MakeHeads(18, tokens, 2, length, 1.0f, random);
        x.window = window;
        ExpectNearReference(x, 0.2f, 5e-6);
      }
    }
  }
}

// The bits are those of the same text without what came before.
TEST_P(AttentionOptionsTest, WhatIsBeforeTheWindowChangesNothing) {
  std::mt19937 random(2);
  for (const int64_t length : {70, 128, 200}) {
    Heads x = MakeHeads(48, 9, 2, length, 1.0f, random);
    x.window = 20;
    for (const bool half : {false, true}) {
      const std::vector<float> expected = Run(x, 0.2f, half);
      Heads damaged = x;
      // Of the first token's window, the first position.
      const int64_t seen = length - x.window;
      std::fill(damaged.keys.begin(), damaged.keys.begin() + seen * x.dim, NAN);
      std::fill(damaged.values.begin(), damaged.values.begin() + seen * x.dim,
                NAN);
      EXPECT_EQ(Run(damaged, 0.2f, half), expected);
      std::fill(damaged.values.begin() + seen * x.dim,
                damaged.values.begin() + (seen + 1) * x.dim, NAN);
      const std::vector<float> out = Run(damaged, 0.2f, half);
      for (int64_t i = 0; i < 2 * x.dim; ++i) EXPECT_TRUE(std::isnan(out[i]));
      for (size_t i = 2 * x.dim; i < out.size(); ++i) {
        ASSERT_EQ(out[i], expected[i]);
      }
    }
  }
}

TEST_P(AttentionOptionsTest, CappedScores) {
  std::mt19937 random(3);
  for (const float cap : {0.5f, 2.0f, 50.0f}) {
    for (const int64_t length : {1, 17, 64, 150}) {
      for (const int64_t window : {0, 30}) {
        Heads x = MakeHeads(64, 5, 3, length, 3.0f, random);
        x.cap = cap;
        x.window = window;
        ExpectNearReference(x, 0.125f, 1e-5);
      }
    }
  }
}

TEST_P(AttentionOptionsTest, SinksTakeWeight) {
  std::mt19937 random(4);
  for (const float sink : {-5.0f, 0.0f, 2.0f, 30.0f}) {
    for (const int64_t length : {1, 17, 150}) {
      Heads x = MakeHeads(32, 4, 3, length, 1.0f, random);
      x.window = 100;
      x.sinks = {sink, sink + 0.5f, -sink};
      ExpectNearReference(x, 0.2f, 5e-6);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, AttentionOptionsTest,
                         testing::ValuesIn(SupportedIsas()),
                         [](const testing::TestParamInfo<Isa>& info) {
                           return std::string(IsaName(info.param));
                         });

}  // namespace
}  // namespace tessera
