#include "converter/source/hf_separator.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

constexpr char kA[] = R"({"Sequence": {"id": "A"}})";
constexpr char kB[] = R"({"Sequence": {"id": "B"}})";

std::string Special(absl::string_view id) {
  return absl::StrCat(R"({"SpecialToken": {"id": ")", id, R"("}})");
}

// For a tokenizer whose texts end with `single_end`, and whose pairs have
// `between` between the texts. The end of a text is "</s>".
std::optional<bool> Adds(const std::string& single_end,
                         const std::string& between) {
  const std::string json = absl::StrCat(
      R"({"post_processor": {"type": "Sequence", "processors": [)",
      R"({"type": "ByteLevel"}, {"type": "TemplateProcessing", "single": [)",
      Special("<s>"), ", ", kA, single_end, R"(], "pair": [)", Special("<s>"),
      ", ", kA, between, ", ", kB, single_end, "]}]}}");
  const auto tokenizer = JsonDocument::Parse(json);
  const auto config = JsonDocument::Parse(R"({"eos_token": "</s>"})");
  EXPECT_TRUE(tokenizer.ok() && config.ok()) << json;
  return HfAddsSeparator(tokenizer->root(), config->root());
}

TEST(HfSeparatorTest, EndOfTextSeparates) {
  EXPECT_EQ(Adds("", ", " + Special("</s>")), true);
}

TEST(HfSeparatorTest, AnotherTokenDoesNot) {
  EXPECT_EQ(Adds("", ", " + Special("<s>")), false);
}

TEST(HfSeparatorTest, WhereTextsEndOnlyASecondTokenDoes) {
  const std::string end = ", " + Special("</s>");
  EXPECT_EQ(Adds(end, end), false);
  EXPECT_EQ(Adds(end, end + end), true);
}

TEST(HfSeparatorTest, NothingBetweenIsNoAnswer) {
  EXPECT_EQ(Adds("", ""), std::nullopt);
}

TEST(HfSeparatorTest, NoTemplateIsNoAnswer) {
  const auto tokenizer =
      JsonDocument::Parse(R"({"post_processor": {"type": "ByteLevel"}})");
  ASSERT_TRUE(tokenizer.ok());
  EXPECT_EQ(HfAddsSeparator(tokenizer->root(), std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace tessera
