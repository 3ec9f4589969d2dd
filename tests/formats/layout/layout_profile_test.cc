#include "formats/layout/layout_profile.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

constexpr MatrixDuty kGemv = MatrixDuty::kGemv;
constexpr MatrixDuty kGemm = MatrixDuty::kGemm;

constexpr char kText[] =
    "# type duty rows columns layout\n"
    "F16 gemv -4096 * transposed   # output matrices\r\n"
    "\n"
    "\tQ4_0  gemm  1024-  512-2048  swizzled\n"
    "INT8 * 77 * rowmajor\n"
    "* gemm * 64 transposed";

LayoutProfile Parsed() { return LayoutProfile::Parse(kText).value(); }

TEST(LayoutProfileTest, FirstRuleThatAppliesCounts) {
  const LayoutProfile profile = Parsed();
  EXPECT_EQ(profile.rules().size(), 4);
  const auto choose = [&profile](DType type, MatrixDuty duty, uint64_t rows,
                                 uint64_t columns) {
    return profile.Choose(type, duty, rows, columns);
  };
  EXPECT_EQ(choose(DType::kF16, kGemv, 4096, 9), LayoutOrder::kTransposed);
  EXPECT_EQ(choose(DType::kF16, kGemv, 4097, 9), LayoutOrder::kInterleaved);
  EXPECT_EQ(choose(DType::kF16, kGemm, 4096, 9), LayoutOrder::kInterleaved);
  EXPECT_EQ(choose(DType::kQ4_0, kGemm, 1024, 2048), LayoutOrder::kSwizzled);
  EXPECT_EQ(choose(DType::kQ4_0, kGemm, 1023, 2048), LayoutOrder::kInterleaved);
  EXPECT_EQ(choose(DType::kQ4_0, kGemm, 1024, 2049), LayoutOrder::kInterleaved);
  EXPECT_EQ(choose(DType::kINT8, kGemv, 77, 64), LayoutOrder::kRowMajor);
  EXPECT_EQ(choose(DType::kINT8, kGemm, 77, 64), LayoutOrder::kRowMajor);
  EXPECT_EQ(choose(DType::kINT8, kGemm, 78, 64), LayoutOrder::kTransposed);
}

TEST(LayoutProfileTest, WithoutRulesEverythingIsInterleaved) {
  EXPECT_EQ(LayoutProfile().Choose(DType::kF32, kGemv, 1, 1),
            LayoutOrder::kInterleaved);
  EXPECT_TRUE(LayoutProfile::Parse("")->rules().empty());
  EXPECT_TRUE(LayoutProfile::Parse("\n # nothing\n")->rules().empty());
}

TEST(LayoutProfileTest, TextIsTheInverseOfParse) {
  EXPECT_EQ(Parsed().Text(),
            "F16 gemv -4096 * transposed\n"
            "Q4_0 gemm 1024- 512-2048 swizzled\n"
            "INT8 * 77 * rowmajor\n"
            "* gemm * 64 transposed\n");
  EXPECT_EQ(LayoutProfile::Parse(Parsed().Text())->Text(), Parsed().Text());
  const std::string built_in = LayoutProfile::BuiltIn().Text();
  EXPECT_EQ(LayoutProfile::Parse(built_in)->Text(), built_in);
}

TEST(LayoutProfileTest, LinesThatAreNoRule) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"# one\n* * * interleaved",
       "line 2: expected type, duty, rows, columns and layout, got 4 words"},
      {"* * * * interleaved twice",
       "line 1: expected type, duty, rows, columns and layout, got 6 words"},
      {"Q4 * * * interleaved", "line 1: no such type: 'Q4'"},
      {"* decode * * interleaved",
       "line 1: duty 'decode' is neither gemv, gemm nor *"},
      {"* * - * interleaved",
       "line 1: '-' is no range like 256, 256-1024, 256-, -1024 or *"},
      {"* * * 1-2-3 interleaved",
       "line 1: '1-2-3' is no range like 256, 256-1024, 256-, -1024 or *"},
      {"* * 9-8 * interleaved",
       "line 1: '9-8' is no range like 256, 256-1024, 256-, -1024 or *"},
      {"* * 18446744073709551616 * interleaved",
       "line 1: '18446744073709551616' is no range like 256, 256-1024, 256-, "
       "-1024 or *"},
      {"* * * * auto", "line 1: no such layout: 'auto'"},
  };
  for (const Case& c : cases) {
    const absl::Status status = LayoutProfile::Parse(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), c.message);
  }
}

}  // namespace
}  // namespace tessera
