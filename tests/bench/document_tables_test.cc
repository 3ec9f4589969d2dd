#include "bench/document_tables.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
  EXPECT_EQ(filled->text,
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
  EXPECT_EQ(FillTables(filled->text, Results)->text, filled->text);
  EXPECT_TRUE(CheckTables(filled->text).ok());
  EXPECT_THAT(filled->kept, IsEmpty());
}

// Two peers in turn with two models; the second model met only one of them.
absl::StatusOr<std::string> PeerResults(const std::string&) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "comparison");
  const auto record = [](const char* model, int64_t n, double peer_ts) {
    return Record{
        {"model", std::string(model)}, {"n", n}, {"peer_ts", peer_ts}};
  };
  run.records = {record("a", 1, 10.5), record("a", 1, 20.5),
                 record("a", 2, 30.5), record("b", 1, 40.5),
                 record("a", 2, 50.5)};
  return RenderResultFile(run);
}

TEST(DocumentTablesTest, RecordsShareARow) {
  const auto filled = FillTables(
      "<!-- table p.json by model,n: model | n | peer_ts:1 as first | "
      "peer_ts#2:1 as second -->\n"
      "<!-- end -->\n"
      "<!-- table p.json n=2 by n: peer_ts#2 -->\n"
      "<!-- end -->\n",
      PeerResults);
  ASSERT_TRUE(filled.ok()) << filled.status();
  EXPECT_EQ(filled->text,
            "<!-- table p.json by model,n: model | n | peer_ts:1 as first | "
            "peer_ts#2:1 as second -->\n"
            "\n"
            "| model |   n | first | second |\n"
            "| ----- | --: | ----: | -----: |\n"
            "| a     |   1 |  10.5 |   20.5 |\n"
            "| a     |   2 |  30.5 |   50.5 |\n"
            "| b     |   1 |  40.5 |        |\n"
            "\n"
            "<!-- end -->\n"
            "<!-- table p.json n=2 by n: peer_ts#2 -->\n"
            "\n"
            "| peer_ts |\n"
            "| ------: |\n"
            "|   50.50 |\n"
            "\n"
            "<!-- end -->\n");
}

TEST(DocumentTablesTest, LeavesOutNoRecordOfARow) {
  const absl::Status status =
      FillTables("<!-- table p.json by n: n | peer_ts#2 -->\n<!-- end -->",
                 PeerResults)
          .status();
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(status.message(),
            "line 1: p.json: more than 2 records with the same n; the columns "
            "show 2");
}

TEST(DocumentTablesTest, KeepsATableWithoutResults) {
  const std::string document =
      "<!-- table s.json: ts -->\n"
      "what was there\n"
      "<!-- end -->\n"
      "<!-- table r.json type=F16: ts:2 -->\n"
      "<!-- end -->";
  const auto filled = FillTables(document, Results);
  ASSERT_TRUE(filled.ok()) << filled.status();
  EXPECT_EQ(filled->text,
            "<!-- table s.json: ts -->\n"
            "what was there\n"
            "<!-- end -->\n"
            "<!-- table r.json type=F16: ts:2 -->\n"
            "\n"
            "|   ts |\n"
            "| ---: |\n"
            "| 7.00 |\n"
            "\n"
            "<!-- end -->");
  EXPECT_THAT(filled->kept, ElementsAre("line 1: no s.json"));
}

TEST(DocumentTablesTest, ChecksHeadings) {
  const std::string table =
      "\n|  type  | tokens/s|\n| - | -: |\n| F16 | 1 |\n\n<!-- end -->";
  EXPECT_TRUE(
      CheckTables("<!-- table r.json: type | ts as tokens/s -->\n" + table)
          .ok());
  for (const char* columns : {"type", "type | ts", "ts as tokens/s | type"}) {
    const absl::Status status = CheckTables(
        absl::StrCat("\n<!-- table r.json: ", columns, " -->\n", table));
    EXPECT_TRUE(absl::StartsWith(status.message(),
                                 "line 2: the table does not begin with | "))
        << status;
  }
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
      {"<!-- table r.json type: n -->\n<!-- end -->", "FIELD=VALUE: 'type'"},
      {"<!-- table r.json by typ: n -->\n<!-- end -->", "no field 'typ'"},
      {"<!-- table r.json by: n -->\n<!-- end -->", "FIELD=VALUE: 'by'"},
      {"<!-- table r.json: n#0 -->\n<!-- end -->", "of a record: '0'"},
      {"<!-- table r.json: n#2 -->\n<!-- end -->", "but no \"by\": 'n'"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = FillTables(c.document, Results).status();
    EXPECT_FALSE(status.ok()) << c.document;
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

}  // namespace
}  // namespace tessera
