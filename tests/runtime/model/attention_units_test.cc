#include "runtime/model/attention_units.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

HyperParameters Heads(int64_t heads, int64_t kv_heads) {
  HyperParameters parameters = {};
  parameters.heads = heads;
  parameters.kv_heads = kv_heads;
  return parameters;
}

TEST(AttentionUnitsTest, EveryQueryIsInOneUnit) {
  for (int64_t kv_heads : {1, 2, 5}) {
    for (int64_t group : {1, 3, 8, 40}) {
      for (int64_t tokens : {1, 2, 7, 33}) {
        for (int64_t threads : {1, 2, 3, 16, 100}) {
          const HyperParameters parameters = Heads(kv_heads * group, kv_heads);
          const AttentionUnits units(parameters, tokens, threads);
          std::vector<int> seen(parameters.heads * tokens);
          for (int64_t i = 0; i < units.count(); ++i) {
            const AttentionUnit unit = units[i];
            EXPECT_LT(unit.first_head, unit.last_head);
            EXPECT_LT(unit.first_token, unit.last_token);
            for (int64_t h = unit.first_head; h < unit.last_head; ++h) {
              EXPECT_EQ(h / group, unit.kv_head);
              for (int64_t t = unit.first_token; t < unit.last_token; ++t) {
                ++seen[h * tokens + t];
              }
            }
          }
          EXPECT_EQ(seen, std::vector<int>(seen.size(), 1))
              << kv_heads << " x " << group << " heads, " << tokens
              << " tokens, " << threads << " threads";
        }
      }
    }
  }
}

TEST(AttentionUnitsTest, OneTokensUnitsAreGroupsThatThreadsCanShareEvenly) {
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 1, 1).count(), 4);
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 1, 2).count(), 4);
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 1, 3).count(), 8);
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 1, 8).count(), 8);
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 1, 100).count(), 32);
  EXPECT_EQ(AttentionUnits(Heads(4, 4), 1, 2).count(), 4);
}

TEST(AttentionUnitsTest, ManyTokensMakeUnitsOf32Queries) {
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 256, 2).count(), 4 * 64);
  EXPECT_EQ(AttentionUnits(Heads(4, 4), 256, 2).count(), 4 * 8);
  EXPECT_EQ(AttentionUnits(Heads(64, 1), 256, 2).count(), 256);
}

TEST(AttentionUnitsTest, NoTokensMakeNoUnits) {
  EXPECT_EQ(AttentionUnits(Heads(32, 4), 0, 2).count(), 0);
}

}  // namespace
}  // namespace tessera
