#include "runtime/llm/dry_breakers.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tessera {
namespace {

// Ids below 5 are words, others are bytes; text is encoded as bytes.
class WordTokenizer : public Tokenizer {
 public:
  std::vector<int32_t> Encode(absl::string_view text,
                              const EncodeOptions& options) const override {
    EXPECT_FALSE(options.add_special);
    return std::vector<int32_t>(text.begin(), text.end());
  }
  std::string Decode(int32_t id) const override {
    const std::vector<std::string> words = {"", "say:", "a:\n", "x:", ":-x"};
    return id < 5 ? words[id] : std::string(1, static_cast<char>(id));
  }
  std::string DecodeAll(absl::Span<const int32_t>, bool) const override {
    return "";
  }
  absl::string_view Spelling(int32_t) const override { return ""; }
  int32_t size() const override { return 128; }
  bool IsEndOfGeneration(int32_t) const override { return false; }
};

// Pairs of head and the text of the tail.
using Pairs = std::vector<std::pair<int32_t, std::string>>;

Pairs Find(const std::vector<std::string>& texts) {
  Pairs pairs;
  for (const DryBreaker& it : FindDryBreakers(texts, WordTokenizer())) {
    pairs.emplace_back(it.head, std::string(it.tail.begin(), it.tail.end()));
  }
  return pairs;
}

TEST(DryBreakersTest, TokensThatContainTheTextAreBreakersAlone) {
  EXPECT_EQ(Find({":"}),
            (Pairs{{1, ""}, {2, ""}, {3, ""}, {4, ""}, {':', ""}}));
}

TEST(DryBreakersTest, TokensThatBeginTheTextNeedItsRest) {
  EXPECT_EQ(Find({":\nb"}),
            (Pairs{{1, "\nb"}, {2, "b"}, {3, "\nb"}, {':', "\nb"}}));
  // A colon is its beginning, two are not one token.
  EXPECT_EQ(Find({"::-"}), (Pairs{{1, ":-"}, {3, ":-"}, {':', ":-"}}));
  EXPECT_EQ(Find({""}), Pairs{});
  EXPECT_EQ(Find({}), Pairs{});
}

TEST(DryBreakersTest, LongTextsAreCut) {
  const Pairs pairs = Find({std::string(100, 'z')});
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].second, std::string(20, 'z'));
}

}  // namespace
}  // namespace tessera
