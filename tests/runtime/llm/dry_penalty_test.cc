#include "runtime/llm/dry_penalty.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// Tokens are letters. What is off each letter after `text`.
std::map<char, float> Penalties(const DryOptions& options,
                                const std::string& text) {
  const std::vector<int32_t> history(text.begin(), text.end());
  std::map<char, float> result;
  DryPenalty dry(options);
  for (const auto& [id, penalty] : dry.Penalties(history)) {
    result[static_cast<char>(id)] = penalty;
  }
  return result;
}

// Penalties of 2 ^ (length - 2).
DryOptions Powers() {
  DryOptions options;
  options.multiplier = 1;
  options.base = 2;
  return options;
}

using Map = std::map<char, float>;

TEST(DryPenaltyTest, GrowsWithTheLengthOfTheRepetition) {
  EXPECT_EQ(Penalties(Powers(), "abcxab"), (Map{{'c', 1}}));
  EXPECT_EQ(Penalties(Powers(), "abcdxabc"), (Map{{'d', 2}}));
  EXPECT_EQ(Penalties(Powers(), "abcdexabcd"), (Map{{'e', 4}}));
  // "b" alone is free, and "ab" was never there before.
  EXPECT_EQ(Penalties(Powers(), "xbcab"), Map{});
  DryOptions options = Powers();
  options.multiplier = 0.5;
  options.base = 3;
  options.allowed_length = 1;
  EXPECT_EQ(Penalties(options, "abcdxabc"), (Map{{'d', 4.5f}}));
}

TEST(DryPenaltyTest, TheLongestRepetitionOfATokenCounts) {
  EXPECT_EQ(Penalties(Powers(), "abcdxbcdyabc"), (Map{{'d', 2}}));
  EXPECT_EQ(Penalties(Powers(), "abcdxbceyabc"), (Map{{'d', 2}, {'e', 1}}));
  // Repetitions that overlap: "aaaa" follows "aaaa", and so on.
  EXPECT_EQ(Penalties(Powers(), "aaaaa"), (Map{{'a', 4}}));
  EXPECT_EQ(Penalties(Powers(), "abababab"), (Map{{'a', 16}}));
}

// The same as comparing all pairs of ends.
TEST(DryPenaltyTest, FindsWhatComparingAllFinds) {
  uint32_t random = 1;
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (int i = 0; i < 3 + round / 4; ++i) {
      random = random * 1664525 + 1013904223;
      text += static_cast<char>('a' + (random >> 24) % 2);
    }
    Map expected;
    for (size_t end = 1; end < text.size(); ++end) {
      size_t length = 0;
      while (length < end &&
             text[end - 1 - length] == text[text.size() - 1 - length]) {
        ++length;
      }
      if (length < 2) continue;
      const auto penalty = static_cast<float>(std::exp2(length - 2));
      float& result = expected[text[end]];
      result = std::max(result, penalty);
    }
    EXPECT_EQ(Penalties(Powers(), text), expected) << text;
  }
}

TEST(DryPenaltyTest, BreakersEndRepetitions) {
  DryOptions options = Powers();
  options.breakers = {{':'}};
  EXPECT_EQ(Penalties(options, "ab:cdex.ab:cd"), (Map{{'e', 1}}));
  EXPECT_EQ(Penalties(options, "ab:cdxab:c"), Map{});
  // A breaker itself is free.
  EXPECT_EQ(Penalties(options, "ab:xab"), Map{});
  // One of several tokens; its last counts as behind it only if it fits.
  options.breakers = {{'-', {'>'}}};
  EXPECT_EQ(Penalties(options, "ab->cdex.ab->cd"), (Map{{'e', 1}}));
  EXPECT_EQ(Penalties(options, "ab-|cdex.ab-|cd"), (Map{{'e', 16}}));
  EXPECT_EQ(Penalties(options, "ab-x.ab"), (Map{{'-', 1}}));
}

TEST(DryPenaltyTest, LooksBackAsFarAsItIsTold) {
  DryOptions options = Powers();
  options.penalty_last_n = 6;
  EXPECT_EQ(Penalties(options, "abcxab"), (Map{{'c', 1}}));
  options.penalty_last_n = 5;
  EXPECT_EQ(Penalties(options, "abcxab"), Map{});
  options.penalty_last_n = 0;
  EXPECT_EQ(Penalties(options, "abcxab"), Map{});
  options = Powers();
  options.multiplier = 0;
  EXPECT_EQ(Penalties(options, "abcxab"), Map{});
  EXPECT_FALSE(DryPenalty(options).is_on());
}

TEST(DryPenaltyTest, StaysFiniteAndFast) {
  DryOptions options = Powers();
  options.base = 100;
  const std::string loop(100'000, 'a');
  const Map penalties = Penalties(options, loop);
  EXPECT_TRUE(std::isfinite(penalties.at('a')));
  EXPECT_GT(penalties.at('a'), 1e38f);
}

}  // namespace
}  // namespace tessera
