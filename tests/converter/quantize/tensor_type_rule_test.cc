#include "converter/quantize/tensor_type_rule.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(TensorTypeRuleTest, MatchesPartsOfNamesIgnoringCase) {
  const auto rule = TensorTypeRule::Parse("ATTN_[qk]=q8_0");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->type(), DType::kQ8_0);
  EXPECT_EQ(rule->text(), "ATTN_[qk]=q8_0");
  EXPECT_TRUE(rule->Matches("blk.0.attn_q.weight"));
  EXPECT_TRUE(rule->Matches("blk.31.attn_k.weight"));
  EXPECT_FALSE(rule->Matches("blk.0.attn_v.weight"));
  EXPECT_FALSE(rule->Matches(""));
}

TEST(TensorTypeRuleTest, AnchorsAndClassesHold) {
  const auto rule =
      TensorTypeRule::Parse(R"(^blk\.([02468]|\d*[02468])\.\S+$=IQ4_NL)");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_TRUE(rule->Matches("blk.12.ffn_up.weight"));
  EXPECT_FALSE(rule->Matches("blk.13.ffn_up.weight"));
}

TEST(TensorTypeRuleTest, TheLastEqualsSignSeparates) {
  const auto rule = TensorTypeRule::Parse("attn(?=_v)=Q6_K");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_TRUE(rule->Matches("blk.0.attn_v.weight"));
  EXPECT_FALSE(rule->Matches("blk.0.attn_q.weight"));
}

void ExpectRefused(absl::string_view text, absl::string_view reason) {
  const auto rule = TensorTypeRule::Parse(text);
  EXPECT_TRUE(absl::IsInvalidArgument(rule.status())) << text;
  EXPECT_TRUE(absl::StrContains(rule.status().message(), reason))
      << rule.status();
}

TEST(TensorTypeRuleTest, MistakesAreNamed) {
  ExpectRefused("", "REGEX=TYPE");
  ExpectRefused("attn_v", "REGEX=TYPE");
  ExpectRefused("=Q4_0", "REGEX=TYPE");
  ExpectRefused("attn_v=", "cannot quantize to ''");
  ExpectRefused("attn_v=Q9_9", "cannot quantize to 'Q9_9'");
  ExpectRefused("attn_v=IQ2_XS", "cannot quantize to 'IQ2_XS'");
  ExpectRefused("attn_(v=Q4_0", "offset 7");
  ExpectRefused("a=Q4_0\n", "'Q4_0\\n'");
}

// Exponential for a backtracking matcher; PCRE2 gives up.
TEST(TensorTypeRuleTest, HardExpressionsEnd) {
  const auto rule = TensorTypeRule::Parse("^(a+)+$=Q4_0");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_FALSE(rule->Matches(std::string(60, 'a') + "b"));
}

}  // namespace
}  // namespace tessera
