#include "bench/document_tables.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

absl::StatusOr<std::string> Results(const std::string& name) {
  if (name != "r.json") return absl::NotFoundError("no " + name);
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = {{{"type", std::string("Q4_0")},
                  {"n", int64_t{1}},
                  {"ts", 61.256},
                  {"ok", true}},
                 {{"type", std::string("F16")},
                  {"n", int64_t{512}},
                  {"ts", 7.0},
                  {"ok", false}}};
  return RenderResultFile(run);
}

TEST(DocumentTablesTest, FillsAndCanBeFilledAgain) {
  const std::string document =
      "# Title\n"
      "<!-- table r.json: type | ts:1 as tokens/s | n | ok -->\n"
      "what was there\n"
      "<!-- end -->\n"
      "text\n"
      "<!-- table r.json type=F16 n=512: type as Type -->\n"
      "<!-- end -->\n";
  const auto filled = FillTables(document, Results);
  ASSERT_TRUE(filled.ok()) << filled.status();
  EXPECT_EQ(*filled,
            "# Title\n"
            "<!-- table r.json: type | ts:1 as tokens/s | n | ok -->\n"
            "\n"
            "| type | tokens/s |   n | ok  |\n"
            "| ---- | -------: | --: | --- |\n"
            "| Q4_0 |     61.3 |   1 | yes |\n"
            "| F16  |      7.0 | 512 | no  |\n"
            "\n"
            "<!-- end -->\n"
            "text\n"
            "<!-- table r.json type=F16 n=512: type as Type -->\n"
            "\n"
            "| Type |\n"
            "| ---- |\n"
            "| F16  |\n"
            "\n"
            "<!-- end -->\n");
  EXPECT_EQ(*FillTables(*filled, Results), *filled);
}

TEST(DocumentTablesTest, SaysWhatIsWrong) {
  const struct {
    const char* document;
    const char* message;
  } kCases[] = {
      {"\n<!-- table r.json: type -->\n", "line 2: the table has no line"},
      {"<!-- table r.json type -->\n<!-- end -->", "line 1: expected NAME"},
      {"<!-- table r.json: type\n<!-- end -->", "does not end in -->"},
      {"<!-- table r.json: typ -->\n<!-- end -->", "no field 'typ'"},
      {"<!-- table r.json typ=1: n -->\n<!-- end -->", "no field 'typ'"},
      {"<!-- table r.json: ts:x -->\n<!-- end -->", "decimals"},
      {"<!-- table s.json: ts -->\n<!-- end -->", "no s.json"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = FillTables(c.document, Results).status();
    EXPECT_FALSE(status.ok()) << c.document;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

}  // namespace
}  // namespace tessera
