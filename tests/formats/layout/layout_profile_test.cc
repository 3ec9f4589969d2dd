#include "formats/layout/layout_profile.h"

#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

constexpr MatrixDuty kGemv = MatrixDuty::kGemv;
constexpr MatrixDuty kGemm = MatrixDuty::kGemm;

// As files were before they had a version.
constexpr char kOldText[] =
    "# type duty rows columns layout\n"
    "F16 gemv -4096 * transposed   # output matrices\r\n"
    "\n"
    "\tQ4_0  gemm  1024-  512-2048  swizzled\n"
    "INT8 * 77 * rowmajor\n"
    "* gemm * 64 transposed";

constexpr char kText[] =
    "tessera layout profile 1\n"
    "cpu: AMD EPYC 9R14: 96 cores\n"
    "fingerprint: 0123456789abcdef\n"
    "isa: avx512vnni\n"
    "producer: tessera 0.1.0 (f061e66)\n"
    "date: 2026-11-20T12:00:00Z\n"
    "threads: 2\n"
    "Q4_0 gemm 2048 2048 interleaved gain 1.12 1.08..1.15 over swizzled of 20\n"
    "F16 gemv 32000 2048 transposed gain 1.3 1.25..1.4 over interleaved of 20\n"
    "* * * * interleaved\n";

LayoutOrder Order(const LayoutRule* rule) {
  return rule == nullptr ? LayoutOrder::kInterleaved : rule->layout;
}

TEST(LayoutProfileTest, FirstRuleThatAppliesCounts) {
  const LayoutProfile profile = LayoutProfile::Parse(kOldText).value();
  EXPECT_EQ(profile.rules().size(), 4);
  const auto choose = [&profile](DType type, MatrixDuty duty, uint64_t rows,
                                 uint64_t columns) {
    return Order(profile.Choose(type, duty, rows, columns));
  };
  EXPECT_EQ(choose(DType::kF16, kGemv, 4096, 9), LayoutOrder::kTransposed);
  EXPECT_EQ(profile.Choose(DType::kF16, kGemv, 4097, 9), nullptr);
  EXPECT_EQ(profile.Choose(DType::kF16, kGemm, 4096, 9), nullptr);
  EXPECT_EQ(choose(DType::kQ4_0, kGemm, 1024, 2048), LayoutOrder::kSwizzled);
  EXPECT_EQ(profile.Choose(DType::kQ4_0, kGemm, 1023, 2048), nullptr);
  EXPECT_EQ(profile.Choose(DType::kQ4_0, kGemm, 1024, 2049), nullptr);
  EXPECT_EQ(choose(DType::kINT8, kGemv, 77, 64), LayoutOrder::kRowMajor);
  EXPECT_EQ(choose(DType::kINT8, kGemm, 77, 64), LayoutOrder::kRowMajor);
  EXPECT_EQ(choose(DType::kINT8, kGemm, 78, 64), LayoutOrder::kTransposed);
}

TEST(LayoutProfileTest, ChoosesWithEvidence) {
  const LayoutProfile profile = LayoutProfile::Parse(kText).value();
  const LayoutRule* rule = profile.Choose(DType::kQ4_0, kGemm, 2048, 2048);
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->layout, LayoutOrder::kInterleaved);
  EXPECT_EQ(rule->evidence->over, LayoutOrder::kSwizzled);
  EXPECT_FALSE(profile.Choose(DType::kF16, kGemm, 1, 1)->evidence.has_value());
}

TEST(LayoutProfileTest, WithoutRulesNothingIsKnown) {
  EXPECT_EQ(LayoutProfile().Choose(DType::kF32, kGemv, 1, 1), nullptr);
  EXPECT_TRUE(LayoutProfile::Parse("")->rules().empty());
  EXPECT_TRUE(LayoutProfile::Parse("\n # nothing\n")->rules().empty());
  EXPECT_TRUE(
      LayoutProfile::Parse("tessera layout profile 1\r\n")->rules().empty());
}

TEST(LayoutProfileTest, TextIsTheInverseOfParse) {
  EXPECT_EQ(LayoutProfile::Parse(kText)->Text(), kText);
  EXPECT_EQ(LayoutProfile::Parse(kOldText)->Text(),
            "tessera layout profile 1\n"
            "F16 gemv -4096 * transposed\n"
            "Q4_0 gemm 1024- 512-2048 swizzled\n"
            "INT8 * 77 * rowmajor\n"
            "* gemm * 64 transposed\n");
  const ProfileMachine machine = LayoutProfile::Parse(kText)->machine();
  EXPECT_EQ(machine.cpu, "AMD EPYC 9R14: 96 cores");
  EXPECT_EQ(machine.fingerprint, "0123456789abcdef");
  EXPECT_EQ(machine.isa, "avx512vnni");
  EXPECT_EQ(machine.threads, 2u);
  EXPECT_EQ(machine.producer, "tessera 0.1.0 (f061e66)");
  EXPECT_EQ(machine.date, "2026-11-20T12:00:00Z");
}

TEST(LayoutProfileTest, WhateverTheCpuIsCalledParses) {
  ProfileMachine machine;
  machine.cpu = " C#\n\xff PU " + std::string(1000, 'x');
  const auto parsed = LayoutProfile::Parse(LayoutProfile({}, machine).Text());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->machine().cpu.substr(0, 8), "C??? PU ");
  EXPECT_EQ(parsed->Text(), LayoutProfile({}, machine).Text());
}

TEST(LayoutProfileTest, LinesThatAreNothing) {
  const std::string first = "tessera layout profile 1\n";
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      {"# one\n* * * interleaved",
       "line 2: expected type, duty, rows, columns and layout, and perhaps a "
       "gain of seven words, got 4 words"},
      {"Q4 * * * interleaved", "line 1: no such type: 'Q4'"},
      {first + "* * * * swizzled gain 2 3..4 over interleaved of 8",
       "line 2: interval '3..4' does not contain 2"},
      {first + "\ncolour: red", "line 3: nothing is called 'colour'"},
      {first + "threads: 0", "line 2: '0' is no number of threads"},
      {first + "threads: -1", "line 2: '-1' is no number of threads"},
      {first + "cpu: caf\xe9",
       "line 2: 'cpu': 'caf\\xe9' is not up to 128 bytes of printable ASCII"},
      {first + first,
       "line 2: expected type, duty, rows, columns and layout, and perhaps a "
       "gain of seven words, got 4 words"},
  };
  for (const auto& c : cases) {
    const absl::Status status = LayoutProfile::Parse(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), c.message);
  }
}

TEST(LayoutProfileTest, NewerVersionsAreRefused) {
  const absl::Status status =
      LayoutProfile::Parse("tessera layout profile 2\n").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            "layout profile of version '2', but only 1 is known");
}

}  // namespace
}  // namespace tessera
