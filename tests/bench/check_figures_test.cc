#include "bench/check_figures.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

Record RecordOf(const std::string& type, double percent,
                double zero_share = 0) {
  return {{"type", type},
          {"zero_share", zero_share},
          {"percent_of_limit", percent}};
}

TEST(CheckFiguresTest, WhatIsWithinTheLimitsIsPossible) {
  BenchReport report;
  EXPECT_TRUE(CheckFigures(report).ok());
  report.records = {RecordOf("Q4_0", 99.9), RecordOf("Q8_0", 101.9)};
  EXPECT_TRUE(CheckFigures(report).ok());
}

TEST(CheckFiguresTest, NamesTheWorst) {
  BenchReport report;
  report.records = {RecordOf("Q4_0", 103), RecordOf("Q8_0", 120.04),
                    RecordOf("F16", 60)};
  const absl::Status status = CheckFigures(report);
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "Q8_0 reaches 120.0 %"))
      << status;
}

TEST(CheckFiguresTest, LimitsThatDriftAreKnownLessWell) {
  BenchReport report;
  report.records = {RecordOf("Q4_0", 107)};
  report.limit_drift = 0.05;
  EXPECT_FALSE(CheckFigures(report).ok());
  report.limit_drift = 0.08;
  EXPECT_TRUE(CheckFigures(report).ok());
}

TEST(CheckFiguresTest, AmxMultipliesFasterThanTheLimit) {
  BenchReport report;
  report.records = {RecordOf("Q4_0", 180)};
  report.records[0].push_back({"isa", std::string("amx")});
  report.records[0].push_back({"bound", std::string("compute")});
  EXPECT_TRUE(CheckFigures(report).ok());
  report.records[0].back().value = std::string("memory");
  EXPECT_FALSE(CheckFigures(report).ok());
}

// Columns that belong to zeros are not read.
TEST(CheckFiguresTest, ZerosMayBeFaster) {
  BenchReport report;
  report.records = {RecordOf("F16", 180, 0.9)};
  EXPECT_TRUE(CheckFigures(report).ok());
}

}  // namespace
}  // namespace tessera
