#include "runtime/tokenizer/charsmap.h"

#include <random>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/testing/small_charsmap.h"

namespace tessera {
namespace {

Charsmap Make(const std::string& data) {
  auto charsmap = Charsmap::Create(data);
  EXPECT_TRUE(charsmap.ok()) << charsmap.status();
  return *std::move(charsmap);
}

TEST(CharsmapTest, ReplacesTheLongestPrefix) {
  const Charsmap charsmap = Make(
      SmallCharsmap({{"a", "1"}, {"ab", "2"}, {"\u00E9", "e"}, {"c", ""}}));
  EXPECT_EQ(charsmap.NormalizeByPrefix("aabcb\u00E9x"), "12bex");
  EXPECT_EQ(charsmap.NormalizeByPrefix(""), "");
  EXPECT_EQ(charsmap.NormalizeByPrefix("\xFF\xC3"), "\xFF\xC3");
  EXPECT_EQ(charsmap.NormalizeByPrefix(std::string("a\0b", 3)),
            std::string("1\0b", 3));
}

// As the Rust library: the shortest entry that a cluster starts with replaces
// all of it.
TEST(CharsmapTest, ReplacesGraphemeClusters) {
  const Charsmap charsmap =
      Make(SmallCharsmap({{"a", "1"}, {"ab", "2"}, {"\r", "R"}, {"\n", "N"}}));
  EXPECT_EQ(charsmap.NormalizeByGrapheme("ab"), "1b");
  EXPECT_EQ(charsmap.NormalizeByGrapheme("a\u0301b"), "1b");
  EXPECT_EQ(charsmap.NormalizeByGrapheme("a\u0301\u0301\u0301b"),
            "1\u0301\u0301\u0301b");
  EXPECT_EQ(charsmap.NormalizeByGrapheme("\n\r\n\r"), "NRR");
  EXPECT_EQ(charsmap.NormalizeByGrapheme("\u4F60\r\n\r"), "\u4F60RR");
}

TEST(CharsmapTest, RefusesWhatIsDamaged) {
  const std::string good = SmallCharsmap({{"a", "1"}});
  for (size_t size : {0, 3, 4, 100}) {
    EXPECT_TRUE(
        absl::IsDataLoss(Charsmap::Create(good.substr(0, size)).status()));
  }
  EXPECT_TRUE(absl::IsDataLoss(Charsmap::Create(good + "\xFF").status()));
  EXPECT_TRUE(absl::IsDataLoss(
      Charsmap::Create(good + std::string(257, 'x')).status()));
  EXPECT_TRUE(
      absl::IsDataLoss(Charsmap::Create(std::string(8, '\xFF')).status()));
}

TEST(CharsmapTest, SurvivesAnyTrie) {
  std::mt19937 random(11);
  const std::string good = SmallCharsmap({{"a", "1"}, {"ab", "2"}});
  for (int round = 0; round < 2000; ++round) {
    std::string data = good;
    for (int i = 0; i < 8; ++i) {
      data[4 + random() % 1024] = static_cast<char>(random());
    }
    const auto charsmap = Charsmap::Create(data);
    if (!charsmap.ok()) continue;
    std::string text(20, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 4);
    EXPECT_LE(charsmap->NormalizeByPrefix(text).size(), 20u * 256);
    EXPECT_LE(charsmap->NormalizeByGrapheme(text).size(), 20u * 256);
  }
}

}  // namespace
}  // namespace tessera
