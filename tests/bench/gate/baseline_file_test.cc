#include "bench/gate/baseline_file.h"

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

GateBaseline Example() {
  GateBaseline baseline;
  baseline.commit = "0123abcd";
  baseline.compiler = "GCC 12.2.0";
  baseline.counts = {{"b: barriers", 7}, {"a: instructions", 123.4375}};
  baseline.floors = {
      {"CPU \"X\"", "avx2", {{"Q4_0 t1", 80}}, {{"layout a", 1.5}}},
      {"CPU \"X\"", "amx", {{"Q4_0 t1", 90}}, {}}};
  return baseline;
}

TEST(BaselineFileTest, IsTheSameAfterwards) {
  const std::string text = GateBaselineText(Example());
  const auto parsed = ParseGateBaseline(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(GateBaselineText(*parsed), text);
  EXPECT_EQ(parsed->counts.at("a: instructions"), 123.4375);
  ASSERT_NE(parsed->FindFloors("CPU \"X\"", "amx"), nullptr);
  EXPECT_EQ(parsed->FindFloors("CPU \"X\"", "amx")->percent.at("Q4_0 t1"), 90);
  EXPECT_EQ(parsed->FindFloors("CPU \"X\"", "scalar"), nullptr);
}

TEST(BaselineFileTest, HasAFigurePerLine) {
  EXPECT_TRUE(absl::StrContains(GateBaselineText(Example()),
                                "    \"a: instructions\": 123.4375,\n"
                                "    \"b: barriers\": 7\n"));
}

TEST(BaselineFileTest, AnEmptyOneIsValid) {
  EXPECT_TRUE(ParseGateBaseline(GateBaselineText(GateBaseline())).ok());
}

TEST(BaselineFileTest, WhatIsNotUnderstoodIsRefusedByName) {
  const std::string good = GateBaselineText(Example());
  const struct {
    const char* from;
    const char* to;
    absl::StatusCode code;
    const char* says;
  } kCases[] = {
      {"tessera-gate-baseline", "recipe", absl::StatusCode::kDataLoss,
       "schema is 'recipe'"},
      {"\"schema_version\": 1", "\"schema_version\": 2",
       absl::StatusCode::kUnimplemented, "version 2"},
      {"\"floors\": [", "\"doors\": [", absl::StatusCode::kDataLoss,
       "'doors' is no known key"},
      {"\"isa\"", "\"iso\"", absl::StatusCode::kDataLoss,
       "'iso' is no known key"},
      {": 123.4375", ": \"many\"", absl::StatusCode::kDataLoss,
       "'a: instructions' is no number"},
      {"\"commit\": \"0123abcd\"", "\"commit\": 5", absl::StatusCode::kDataLoss,
       "'commit'"},
      {"  \"schema_version\": 1,\n", "", absl::StatusCode::kDataLoss,
       "'schema_version' is missing"},
      {"{\n", "[\n", absl::StatusCode::kDataLoss, ""},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        ParseGateBaseline(absl::StrReplaceAll(good, {{c.from, c.to}})).status();
    EXPECT_EQ(status.code(), c.code) << c.to << ": " << status;
    EXPECT_TRUE(absl::StrContains(status.message(), c.says)) << status;
  }
}

TEST(BaselineFileTest, FilesAreWrittenAndReadBack) {
  const std::string path = testing::TempDir() + "/baseline.json";
  ASSERT_TRUE(WriteGateBaseline(Example(), path).ok());
  const auto read = ReadGateBaseline(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(GateBaselineText(*read), GateBaselineText(Example()));
  std::ofstream(path) << "{";
  EXPECT_TRUE(
      absl::StartsWith(ReadGateBaseline(path).status().message(), path));
}

}  // namespace
}  // namespace tessera
