#include "runtime/loader/load_options.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(LoadOptionsTest, WordsNameEveryMode) {
  for (const char* word : {"auto", "file", "thp", "hugetlb", "off"}) {
    const auto mode = HugePagesFromWord(word);
    ASSERT_TRUE(mode.ok()) << mode.status();
    EXPECT_EQ(WordOf(*mode), word);
  }
  EXPECT_EQ(*PopulateFromWord("ahead"), Populate::kAhead);
  EXPECT_EQ(*PopulateFromWord("lazy"), Populate::kLazy);
  EXPECT_EQ(*PopulateFromWord("hot"), Populate::kHot);
  EXPECT_EQ(*PopulateFromWord("all"), Populate::kAll);
  EXPECT_EQ(*VerifyFromWord("none"), Verify::kNone);
  EXPECT_EQ(*VerifyFromWord("lazy"), Verify::kLazy);
  EXPECT_EQ(*VerifyFromWord("full"), Verify::kFull);
}

TEST(LoadOptionsTest, OtherWordsAreAnsweredWithTheList) {
  EXPECT_EQ(HugePagesFromWord("Auto").status(),
            absl::InvalidArgumentError(
                "'Auto' is none of auto, file, thp, hugetlb, off"));
  EXPECT_EQ(PopulateFromWord("").status(),
            absl::InvalidArgumentError("'' is none of ahead, lazy, hot, all"));
  EXPECT_EQ(VerifyFromWord("all").status(),
            absl::InvalidArgumentError("'all' is none of none, lazy, full"));
}

}  // namespace
}  // namespace tessera
