#include "converter/source/hf_steps.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "formats/json/json_member.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

// The types of the steps, or the error.
std::string Types(const std::string& json, absl::string_view part) {
  const auto document = JsonDocument::Parse(json);
  EXPECT_TRUE(document.ok()) << document.status();
  const auto steps = HfSteps(document->root(), part);
  if (!steps.ok()) return std::string(steps.status().message());
  std::string types;
  for (const JsonValue step : *steps) {
    absl::StrAppend(&types, FindText(step, "type"), " ");
  }
  return types;
}

TEST(HfStepsTest, OneNoneAndMany) {
  EXPECT_EQ(Types("{}", "decoder"), "");
  EXPECT_EQ(Types(R"({"decoder":null})", "decoder"), "");
  EXPECT_EQ(Types(R"({"decoder":{"type":"Fuse"}})", "decoder"), "Fuse ");
  EXPECT_EQ(Types(R"({"normalizer":{"type":"Sequence","normalizers":[]}})",
                  "normalizer"),
            "");
  EXPECT_EQ(Types(R"({"pre_tokenizer":{"type":"Sequence","pretokenizers":[
              {"type":"A"},{"type":"Sequence","pretokenizers":[
              {"type":"B"},{"type":"C"}]},{"type":"D"}]}})",
                  "pre_tokenizer"),
            "A B C D ");
}

TEST(HfStepsTest, DamagedSequences) {
  EXPECT_EQ(Types(R"({"decoder":{"type":"Sequence"}})", "decoder"),
            "tokenizer.json: decoder is a Sequence without decoders");
  EXPECT_TRUE(absl::StartsWith(
      Types(R"({"decoder":{"type":"Sequence","decoders":{}}})", "decoder"),
      "tokenizer.json: decoders is an object"));
  EXPECT_TRUE(absl::StrContains(
      Types(R"({"post_processor":{"type":"Sequence","processors":[7]}})",
            "post_processor"),
      "no object"));
  EXPECT_TRUE(
      absl::StrContains(Types(R"({"decoder":7})", "decoder"), "no object"));
}

TEST(HfStepsTest, TooManyAndTooDeep) {
  std::string steps = R"({"type":"Fuse"})";
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&steps, R"(,{"type":"Fuse"})");
  EXPECT_TRUE(absl::StrContains(
      Types(absl::StrCat(R"({"decoder":{"type":"Sequence","decoders":[)", steps,
                         "]}}"),
            "decoder"),
      "more than 1000"));
  std::string open;
  std::string close;
  for (int i = 0; i < 400; ++i) {
    absl::StrAppend(&open, R"({"type":"Sequence","decoders":[)");
    absl::StrAppend(&close, "]}");
  }
  EXPECT_EQ(Types(absl::StrCat(R"({"decoder":)", open, R"({"type":"Fuse"})",
                               close, "}"),
                  "decoder"),
            "Fuse ");
}

TEST(HfStepsTest, Patterns) {
  const auto document = JsonDocument::Parse(
      R"([{"pattern":{"String":"a"}},{"pattern":{"Regex":"b"}},
          {"type":"Split"},{"pattern":{"Regex":7}},{"pattern":"c"}])");
  const auto steps = *JsonElements(document->root());
  EXPECT_EQ(ReadHfPattern(steps[0])->text, "a");
  EXPECT_FALSE(ReadHfPattern(steps[0])->is_regex);
  EXPECT_EQ(ReadHfPattern(steps[1])->text, "b");
  EXPECT_TRUE(ReadHfPattern(steps[1])->is_regex);
  for (int i = 2; i < 5; ++i) {
    EXPECT_TRUE(absl::IsDataLoss(ReadHfPattern(steps[i]).status()));
  }
}

TEST(HfStepsTest, TextsAndCharacters) {
  const auto document =
      JsonDocument::Parse(R"({"one":"\u2581","two":"ab","none":"","no":7})");
  const JsonValue root = document->root();
  EXPECT_EQ(*HfRequiredText(root, "two", "decoder"), "ab");
  EXPECT_EQ(*HfRequiredCharacter(root, "one", "decoder"), "\u2581");
  for (const absl::string_view key : {"two", "none", "no", "missing"}) {
    EXPECT_TRUE(
        absl::IsDataLoss(HfRequiredCharacter(root, key, "decoder").status()));
  }
}

}  // namespace
}  // namespace tessera
