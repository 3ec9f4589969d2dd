#include "converter/source/hf_post_processor.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Ids = std::vector<uint32_t>;

absl::StatusOr<HfTemplate> Parse(absl::string_view processor) {
  const auto document = JsonDocument::Parse(
      absl::StrCat(R"({"post_processor":)", processor, "}"));
  EXPECT_TRUE(document.ok()) << document.status();
  return ReadHfPostProcessor(document->root());
}

HfTemplate Read(absl::string_view processor) {
  auto around = Parse(processor);
  EXPECT_TRUE(around.ok()) << around.status();
  return around.ok() ? *std::move(around) : HfTemplate();
}

constexpr char kTemplate[] = R"({"type":"TemplateProcessing","single":[
  {"SpecialToken":{"id":"P","type_id":0}},
  {"SpecialToken":{"id":"Q","type_id":0}},
  {"Sequence":{"id":"A","type_id":0}},
  {"SpecialToken":{"id":"P","type_id":0}}],
  "pair":[],
  "special_tokens":{"P":{"id":"P","ids":[7],"tokens":["P"]},
                    "Q":{"id":"Q","ids":[8,9],"tokens":["x","y"]}}})";

TEST(HfPostProcessorTest, Templates) {
  const HfTemplate around = Read(kTemplate);
  EXPECT_EQ(around.before, (Ids{7, 8, 9}));
  EXPECT_EQ(around.after, Ids{7});
  EXPECT_TRUE(Read("null").before.empty());
  EXPECT_TRUE(Read(R"({"type":"ByteLevel"})").after.empty());
}

TEST(HfPostProcessorTest, FixedForms) {
  for (const absl::string_view type : {"RobertaProcessing", "BertProcessing"}) {
    const HfTemplate around = Read(absl::StrCat(
        R"({"type":")", type, R"(","sep":["</s>",2],"cls":["<s>",1]})"));
    EXPECT_EQ(around.before, Ids{1});
    EXPECT_EQ(around.after, Ids{2});
  }
}

TEST(HfPostProcessorTest, LaterStepsStandFurtherOut) {
  const HfTemplate around =
      Read(absl::StrCat(R"({"type":"Sequence","processors":[)", kTemplate,
                        R"(,{"type":"ByteLevel"},{"type":"BertProcessing",)",
                        R"("sep":["S",2],"cls":["C",1]}]})"));
  EXPECT_EQ(around.before, (Ids{1, 7, 8, 9}));
  EXPECT_EQ(around.after, (Ids{7, 2}));
}

TEST(HfPostProcessorTest, Refused) {
  for (const absl::string_view processor :
       {R"({"type":"Brandnew"})",
        R"({"type":"TemplateProcessing","single":[]})",
        R"({"type":"TemplateProcessing","single":[
            {"Sequence":{"id":"A"}},{"Sequence":{"id":"A"}}]})"}) {
    const auto around = Parse(processor);
    EXPECT_TRUE(absl::IsUnimplemented(around.status())) << around.status();
    EXPECT_TRUE(absl::StrContains(around.status().message(), "post_processor"));
  }
}

TEST(HfPostProcessorTest, Damaged) {
  for (const absl::string_view processor :
       {R"({"type":"TemplateProcessing"})",
        R"({"type":"TemplateProcessing","single":"$A"})",
        R"({"type":"TemplateProcessing","single":[{"Word":7}]})",
        R"({"type":"TemplateProcessing","single":[
            {"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}}]})",
        R"({"type":"TemplateProcessing","single":[
            {"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}}],
            "special_tokens":{"B":{"ids":[-1]}}})",
        R"({"type":"TemplateProcessing","single":[
            {"SpecialToken":{"id":"B"}},{"Sequence":{"id":"A"}}],
            "special_tokens":{"B":{"ids":[4294967295]}}})",
        R"({"type":"BertProcessing","sep":["S",2]})",
        R"({"type":"BertProcessing","sep":["S",2],"cls":["C"]})",
        R"({"type":"BertProcessing","sep":["S",2],"cls":["C","1"]})"}) {
    EXPECT_TRUE(absl::IsDataLoss(Parse(processor).status())) << processor;
  }
}

}  // namespace
}  // namespace tessera
