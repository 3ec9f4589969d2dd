#include "converter/source/hf_pretokenizer.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

absl::Status Parse(absl::string_view pretokenizer, TokenizerData* data) {
  const auto document = JsonDocument::Parse(
      absl::StrCat(R"({"pre_tokenizer":)", pretokenizer, "}"));
  EXPECT_TRUE(document.ok()) << document.status();
  return ReadHfPretokenizer(document->root(), data);
}

SplitStep One(absl::string_view pretokenizer) {
  TokenizerData data;
  const absl::Status status = Parse(pretokenizer, &data);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(data.split_size(), 1);
  return data.split_size() == 1 ? data.split(0) : SplitStep();
}

TEST(HfPretokenizerTest, ByteLevel) {
  EXPECT_TRUE(One(R"({"type":"ByteLevel"})").byte_level().add_prefix_space());
  EXPECT_TRUE(One(R"({"type":"ByteLevel"})").byte_level().use_regex());
  const SplitStep step =
      One(R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})");
  EXPECT_TRUE(step.has_byte_level());
  EXPECT_FALSE(step.byte_level().add_prefix_space());
  EXPECT_FALSE(step.byte_level().use_regex());
}

TEST(HfPretokenizerTest, Splits) {
  constexpr std::pair<absl::string_view, SplitStep::Behavior> kBehaviors[] = {
      {"Isolated", SplitStep::ISOLATED},
      {"Removed", SplitStep::REMOVED},
      {"MergedWithPrevious", SplitStep::MERGED_WITH_PREVIOUS},
      {"MergedWithNext", SplitStep::MERGED_WITH_NEXT},
      {"Contiguous", SplitStep::CONTIGUOUS},
  };
  for (const auto& [name, behavior] : kBehaviors) {
    const SplitStep step = One(absl::StrCat(
        R"({"type":"Split","pattern":{"Regex":"\\s+"},"behavior":")", name,
        R"(","invert":true})"));
    EXPECT_EQ(step.pattern().text(), "\\s+");
    EXPECT_TRUE(step.pattern().is_regex());
    EXPECT_TRUE(step.pattern().invert());
    EXPECT_EQ(step.pattern().behavior(), behavior);
  }
  const SplitStep text =
      One(R"({"type":"Split","pattern":{"String":" "},"behavior":"Isolated"})");
  EXPECT_FALSE(text.pattern().is_regex());
  EXPECT_FALSE(text.pattern().invert());
}

TEST(HfPretokenizerTest, Metaspaces) {
  const auto scheme = [](absl::string_view members) {
    return One(absl::StrCat(R"({"type":"Metaspace","replacement":"\u2581")",
                            members, "}"))
        .metaspace()
        .prepend_scheme();
  };
  using Metaspace = SplitStep::Metaspace;
  EXPECT_EQ(scheme(""), Metaspace::ALWAYS);
  EXPECT_EQ(scheme(R"(,"prepend_scheme":"always")"), Metaspace::ALWAYS);
  EXPECT_EQ(scheme(R"(,"prepend_scheme":"never")"), Metaspace::NEVER);
  EXPECT_EQ(scheme(R"(,"prepend_scheme":"first")"), Metaspace::FIRST);
  // The form of before 2023.
  EXPECT_EQ(scheme(R"(,"add_prefix_space":true)"), Metaspace::ALWAYS);
  EXPECT_EQ(scheme(R"(,"add_prefix_space":false)"), Metaspace::NEVER);
  EXPECT_EQ(scheme(R"(,"add_prefix_space":true,"prepend_scheme":"first")"),
            Metaspace::FIRST);
  const SplitStep step =
      One(R"({"type":"Metaspace","replacement":"_","split":false})");
  EXPECT_EQ(step.metaspace().replacement(), "_");
  EXPECT_FALSE(step.metaspace().split());
  EXPECT_TRUE(
      One(R"({"type":"Metaspace","replacement":"_"})").metaspace().split());
}

TEST(HfPretokenizerTest, Others) {
  EXPECT_TRUE(One(R"({"type":"Digits","individual_digits":true})")
                  .digits()
                  .individual());
  EXPECT_FALSE(One(R"({"type":"Digits"})").digits().individual());
  EXPECT_TRUE(One(R"({"type":"Digits"})").has_digits());
  EXPECT_EQ(
      One(R"({"type":"Punctuation","behavior":"Contiguous"})").punctuation(),
      SplitStep::CONTIGUOUS);
  EXPECT_TRUE(One(R"({"type":"Punctuation"})").has_punctuation());
  EXPECT_EQ(One(R"({"type":"Punctuation"})").punctuation(),
            SplitStep::ISOLATED);
  EXPECT_TRUE(One(R"({"type":"Whitespace"})").whitespace());
  EXPECT_TRUE(One(R"({"type":"WhitespaceSplit"})").whitespace_split());
  EXPECT_TRUE(One(R"({"type":"UnicodeScripts"})").unicode_scripts());
  EXPECT_TRUE(One(R"({"type":"BertPreTokenizer"})").bert());
  EXPECT_EQ(
      One(R"({"type":"CharDelimiterSplit","delimiter":"-"})").char_delimiter(),
      "-");
}

TEST(HfPretokenizerTest, NestedSequences) {
  TokenizerData data;
  ASSERT_TRUE(Parse(R"({"type":"Sequence","pretokenizers":[
    {"type":"Sequence","pretokenizers":[{"type":"Whitespace"}]},
    {"type":"Digits"}]})",
                    &data)
                  .ok());
  ASSERT_EQ(data.split_size(), 2);
  EXPECT_TRUE(data.split(0).whitespace());
  EXPECT_TRUE(data.split(1).has_digits());
}

TEST(HfPretokenizerTest, OthersAreRefusedByName) {
  const std::pair<absl::string_view, absl::string_view> kCases[] = {
      {R"({"type":"FixedLength","length":5})", "'FixedLength'"},
      {R"({"type":"Split","pattern":{"String":" "},"behavior":"Kept"})",
       "'Kept'"},
      {R"({"type":"Split","pattern":{"String":" "}})", "behavior ''"},
      {R"({"type":"Metaspace","replacement":"_","prepend_scheme":"last"})",
       "'last'"},
      {"{}", "pre_tokenizer ''"},
  };
  for (const auto& [json, name] : kCases) {
    TokenizerData data;
    const absl::Status status = Parse(json, &data);
    EXPECT_TRUE(absl::IsUnimplemented(status)) << json << status;
    EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
  }
}

TEST(HfPretokenizerTest, DamagedSteps) {
  for (const absl::string_view step :
       {R"({"type":"Split","behavior":"Isolated"})",
        R"({"type":"Split","pattern":7,"behavior":"Isolated"})",
        R"({"type":"Metaspace"})", R"({"type":"Metaspace","replacement":"ab"})",
        R"({"type":"CharDelimiterSplit","delimiter":""})", "7", R"("a")",
        R"({"type":"Sequence"})"}) {
    TokenizerData data;
    EXPECT_TRUE(absl::IsDataLoss(Parse(step, &data))) << step;
  }
}

}  // namespace
}  // namespace tessera
