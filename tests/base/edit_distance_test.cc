#include "base/edit_distance.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(EditDistanceTest, CountsEdits) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("model", "model"), 0u);
  EXPECT_EQ(EditDistance("model", "mdel"), 1u);
  EXPECT_EQ(EditDistance("model", "modeel"), 1u);
  EXPECT_EQ(EditDistance("model", "modal"), 1u);
  EXPECT_EQ(EditDistance("model", "mdoel"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  // Restricted: what was swapped is not changed again.
  EXPECT_EQ(EditDistance("ca", "abc"), 3u);
}

TEST(EditDistanceTest, ShortNamesAllowFewMistakes) {
  EXPECT_EQ(TypingMistakes(1), 1u);
  EXPECT_EQ(TypingMistakes(3), 2u);
  EXPECT_EQ(TypingMistakes(30), 3u);
}

}  // namespace
}  // namespace tessera
