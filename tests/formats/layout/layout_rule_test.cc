#include "formats/layout/layout_rule.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

constexpr char kMeasured[] =
    "Q4_0 gemm 2048 5632 interleaved gain 1.12 1.08..1.15 over swizzled of 20";

TEST(LayoutRuleTest, ReadsWhatWasMeasured) {
  const auto rule = ParseLayoutRule(kMeasured);
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->type, DType::kQ4_0);
  EXPECT_EQ(rule->duty, MatrixDuty::kGemm);
  EXPECT_EQ(rule->layout, LayoutOrder::kInterleaved);
  ASSERT_TRUE(rule->evidence.has_value());
  EXPECT_EQ(rule->evidence->ratio, 1.12);
  EXPECT_EQ(rule->evidence->lower, 1.08);
  EXPECT_EQ(rule->evidence->upper, 1.15);
  EXPECT_EQ(rule->evidence->over, LayoutOrder::kSwizzled);
  EXPECT_EQ(rule->evidence->samples, 20u);
}

TEST(LayoutRuleTest, TextIsTheInverseOfParse) {
  for (const char* text : {
           kMeasured,
           "F16 gemv -4096 * transposed",
           "* * 7- 256-512 rowmajor",
           "INT8 * * * swizzled gain 1 1..1 over interleaved of 1",
           "F16 gemv 1 1 transposed gain 1e+20 1e-20..1e+20 over rowmajor of "
           "4294967295",
       }) {
    const auto rule = ParseLayoutRule(text);
    ASSERT_TRUE(rule.ok()) << text << ": " << rule.status();
    EXPECT_EQ(LayoutRuleText(*rule), text);
  }
}

// Whatever is rounded, the interval holds the ratio, and nothing becomes zero.
TEST(LayoutRuleTest, RoundedFiguresParse) {
  LayoutRule rule;
  rule.evidence = LayoutEvidence{0.000123456, 0.000123449, 0.000123461,
                                 LayoutOrder::kRowMajor, 9};
  const auto parsed = ParseLayoutRule(LayoutRuleText(rule));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_NEAR(parsed->evidence->ratio, 0.0001235, 1e-12);
}

TEST(LayoutRuleTest, AppliesToTypeDutyAndSize) {
  const LayoutRule rule = *ParseLayoutRule("F16 gemv 8-16 64 transposed");
  EXPECT_TRUE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemv, 8, 64));
  EXPECT_FALSE(rule.AppliesTo(DType::kF32, MatrixDuty::kGemv, 8, 64));
  EXPECT_FALSE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemm, 8, 64));
  EXPECT_FALSE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemv, 17, 64));
  EXPECT_FALSE(rule.AppliesTo(DType::kF16, MatrixDuty::kGemv, 8, 65));
}

TEST(LayoutRuleTest, WhatIsNoRule) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"* * * interleaved",
       "expected type, duty, rows, columns and layout, and perhaps a gain of "
       "seven words, got 4 words"},
      {"* * * * interleaved twice",
       "expected type, duty, rows, columns and layout, and perhaps a gain of "
       "seven words, got 6 words"},
      {"Q4 * * * interleaved", "no such type: 'Q4'"},
      {"* decode * * interleaved", "duty 'decode' is neither gemv, gemm nor *"},
      {"* * - * interleaved",
       "'-' is no range like 256, 256-1024, 256-, -1024 or *"},
      {"* * * 1-2-3 interleaved",
       "'1-2-3' is no range like 256, 256-1024, 256-, -1024 or *"},
      {"* * 9-8 * interleaved",
       "'9-8' is no range like 256, 256-1024, 256-, -1024 or *"},
      {"* * 18446744073709551616 * interleaved",
       "'18446744073709551616' is no range like 256, 256-1024, 256-, -1024 or "
       "*"},
      {"* * * * auto", "no such layout: 'auto'"},
      {"* * * * swizzled loss 1 1..1 over interleaved of 1",
       "expected \"gain RATIO LOWER..UPPER over LAYOUT of SAMPLES\" behind the "
       "layout"},
      {"* * * * swizzled gain nan 1..1 over interleaved of 1",
       "ratio 'nan' is no positive, finite number"},
      {"* * * * swizzled gain 1 1..inf over interleaved of 1",
       "ratio 'inf' is no positive, finite number"},
      {"* * * * swizzled gain 1 1..1e999 over interleaved of 1",
       "ratio '1e999' is no positive, finite number"},
      {"* * * * swizzled gain -1 -2..1 over interleaved of 1",
       "ratio '-1' is no positive, finite number"},
      {"* * * * swizzled gain 1 0..1 over interleaved of 1",
       "ratio '0' is no positive, finite number"},
      {"* * * * swizzled gain 1 1.1 over interleaved of 1",
       "'1.1' is no interval like 1.08..1.15"},
      {"* * * * swizzled gain 1.2 1.0..1.1 over interleaved of 1",
       "interval '1.0..1.1' does not contain 1.2"},
      {"* * * * swizzled gain 1.2 1.3..1.1 over interleaved of 1",
       "interval '1.3..1.1' does not contain 1.2"},
      {"* * * * swizzled gain 1 1..1 over auto of 1", "no such layout: 'auto'"},
      {"* * * * swizzled gain 1 1..1 over swizzled of 1",
       "swizzled is compared with itself"},
      {"* * * * swizzled gain 1 1..1 over interleaved of 0",
       "'0' is no number of samples"},
      {"* * * * swizzled gain 1 1..1 over interleaved of 4294967296",
       "'4294967296' is no number of samples"},
  };
  for (const auto& c : cases) {
    const absl::Status status = ParseLayoutRule(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_EQ(status.message(), c.message);
  }
}

}  // namespace
}  // namespace tessera
