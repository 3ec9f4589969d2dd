#include "bench/render_report.h"

#include <cmath>
#include <string>

#include "formats/json/json_document.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

BenchReport TwoRecords() {
  BenchReport report;
  report.table = "test";
  report.records = {
      {{"model", std::string("a \"b\", 'c'\n")},
       {"n_gen", int64_t{128}},
       {"avg_ts", 61.25},
       {"use_mmap", true},
       {"samples_ns", std::vector<int64_t>{1, 2}},
       {"samples_ts", std::vector<double>{0.5, 1e9}}},
      {{"model", std::string("\u00b1")},
       {"n_gen", int64_t{-1}},
       {"avg_ts", std::nan("")},
       {"use_mmap", false},
       {"samples_ns", std::vector<int64_t>{}},
       {"samples_ts", std::vector<double>{}}},
  };
  report.columns = {{"model", false}, {"t/s"}};
  report.rows = {{"a", "61.25 ± 0.10"}, {"tiny", "7.00 ± 0.00"}};
  report.before = {"limits"};
  report.after = {"drift"};
  return report;
}

TEST(RenderReportTest, FormatNames) {
  EXPECT_EQ(*OutputFormatFromName("md"), OutputFormat::kMarkdown);
  EXPECT_EQ(*OutputFormatFromName("csv"), OutputFormat::kCsv);
  EXPECT_EQ(*OutputFormatFromName("json"), OutputFormat::kJson);
  EXPECT_EQ(*OutputFormatFromName("sql"), OutputFormat::kSql);
  EXPECT_FALSE(OutputFormatFromName("xml").ok());
}

// "±" is one character wide.
TEST(RenderReportTest, Markdown) {
  EXPECT_EQ(RenderReport(TwoRecords(), OutputFormat::kMarkdown),
            "limits\n"
            "\n"
            "| model |          t/s |\n"
            "| ----- | -----------: |\n"
            "| a     | 61.25 ± 0.10 |\n"
            "| tiny  |  7.00 ± 0.00 |\n"
            "\n"
            "drift\n");
}

TEST(RenderReportTest, Csv) {
  EXPECT_EQ(RenderReport(TwoRecords(), OutputFormat::kCsv),
            "model,n_gen,avg_ts,use_mmap\n"
            "\"a \"\"b\"\", 'c'\n\",\"128\",\"61.25\",\"1\"\n"
            "\"\u00b1\",\"-1\",\"0\",\"0\"\n");
}

TEST(RenderReportTest, Sql) {
  EXPECT_EQ(RenderReport(TwoRecords(), OutputFormat::kSql),
            "CREATE TABLE IF NOT EXISTS test (\n"
            "  model TEXT,\n"
            "  n_gen INTEGER,\n"
            "  avg_ts REAL,\n"
            "  use_mmap INTEGER\n"
            ");\n"
            "\n"
            "INSERT INTO test (model, n_gen, avg_ts, use_mmap) VALUES "
            "('a \"b\", ''c''\n', '128', '61.25', '1');\n"
            "INSERT INTO test (model, n_gen, avg_ts, use_mmap) VALUES "
            "('\u00b1', '-1', '0', '0');\n");
}

TEST(RenderReportTest, JsonReadsBack) {
  const auto document =
      JsonDocument::Parse(RenderReport(TwoRecords(), OutputFormat::kJson));
  ASSERT_TRUE(document.ok()) << document.status();
  const auto records = JsonElements(document->root());
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->size(), 2u);
  const JsonValue first = (*records)[0];
  EXPECT_EQ(std::string_view(first["model"]), "a \"b\", 'c'\n");
  EXPECT_EQ(int64_t(first["n_gen"]), 128);
  EXPECT_EQ(double(first["avg_ts"]), 61.25);
  EXPECT_TRUE(bool(first["use_mmap"]));
  EXPECT_EQ(first["samples_ts"].get_array().size(), 2u);
  const JsonValue second = (*records)[1];
  EXPECT_EQ(std::string_view(second["model"]), "\u00b1");
  EXPECT_EQ(double(second["avg_ts"]), 0);
}

TEST(RenderReportTest, EmptyReportsAreValid) {
  BenchReport empty;
  empty.table = "test";
  EXPECT_TRUE(
      JsonDocument::Parse(RenderReport(empty, OutputFormat::kJson)).ok());
  EXPECT_EQ(RenderReport(empty, OutputFormat::kCsv), "");
  EXPECT_EQ(RenderReport(empty, OutputFormat::kSql), "");
}

}  // namespace
}  // namespace tessera
