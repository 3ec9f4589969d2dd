#include "bench/results/result_row.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/bench/results/sample_results.h"

namespace tessera {
namespace {

std::vector<ResultRow> Rows(const std::string& table,
                            const std::vector<Record>& records) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", table);
  run.records = records;
  auto rows = RowsOf(run);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() ? *std::move(rows) : std::vector<ResultRow>();
}

TEST(ResultRowTest, Kernels) {
  const auto rows = Rows("kernel", {KernelRecord("Q4_0", "token", {9, 10, 11}),
                                    KernelRecord("F16", "attn_q", {20})});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, "Q4_0 interleaved tiny token t1 avx2 2 threads");
  EXPECT_EQ(rows[1].name,
            "F16 interleaved tiny attn_q 64x32 t1 avx2 2 threads");
  EXPECT_EQ(rows[0].value, 10);
  EXPECT_EQ(rows[0].unit, "us");
  EXPECT_EQ(rows[0].score, 100);
  EXPECT_EQ(rows[0].score_unit, "% of limit");
  EXPECT_EQ(rows[0].times.size(), 3u);
  EXPECT_EQ(rows[0].limit, 20);
  EXPECT_GT(rows[0].speed, rows[1].speed);
}

TEST(ResultRowTest, Models) {
  const auto rows =
      Rows("test", {ModelRecordOf("a-Q4_0", "tg128", {50, 40}),
                    ModelRecordOf("a-interleaved", "tg128", {50})});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].name, "a-Q4_0 interleaved tg128 ub512 avx2 2 threads");
  EXPECT_EQ(rows[1].name, "a-interleaved tg128 ub512 avx2 2 threads");
  EXPECT_EQ(rows[0].score_unit, "t/s");
  EXPECT_EQ(rows[0].times, (std::vector<double>{1.0 / 50, 1.0 / 40}));
}

TEST(ResultRowTest, Peers) {
  Record record = ModelRecordOf("a", "pp512", {50});
  record.push_back({"ts", 50.0});
  record.push_back({"peer", std::string("/opt/llama-bench")});
  record.push_back({"peer_args", std::string("-rtr 1")});
  const auto rows = Rows("comparison", {record});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].name,
            "a interleaved pp512 beside llama-bench -rtr 1 avx2 2 threads");
  EXPECT_EQ(rows[0].value, 50);
}

TEST(ResultRowTest, NamesAreUnique) {
  const Record record = KernelRecord("Q4_0", "token", {1});
  const auto rows = Rows("kernel", {record, record, record});
  EXPECT_EQ(rows[0].name, "Q4_0 interleaved tiny token t1 avx2 2 threads");
  EXPECT_EQ(rows[2].name, "Q4_0 interleaved tiny token t1 avx2 2 threads #3");
}

TEST(ResultRowTest, SamplesMustBePositive) {
  EXPECT_TRUE(Rows("kernel", {KernelRecord("F16", "token", {1, 0, 2})})[0]
                  .times.empty());
  EXPECT_TRUE(
      Rows("test", {ModelRecordOf("a", "tg1", {1, -1})})[0].times.empty());
}

TEST(ResultRowTest, SaysWhatIsMissing) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "kernel");
  run.records = {KernelRecord("F16", "token", {1}), {{"type", int64_t{1}}}};
  absl::Status status = RowsOf(run).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_EQ(status.message(),
            "records[1] has a field 'type' that is no string");
  run.records[1] = {};
  EXPECT_EQ(RowsOf(run).status().message(), "records[1] has no field 'type'");
  run.table = "recipes";
  EXPECT_TRUE(absl::IsUnimplemented(RowsOf(run).status()));
}

TEST(ResultRowTest, OfAGateFiguresAreSpeeds) {
  ResultFile run = SampleRun("2026-11-29T12:00:00Z", "gate");
  run.records = {{{"row", std::string("layout Q4_0 interleaved / rowmajor t1")},
                  {"kind", std::string("layout")},
                  {"isa", std::string("avx2")},
                  {"value", 0.9}},
                 {{"row", std::string("figure Q4_0 interleaved t1")},
                  {"kind", std::string("figure")},
                  {"isa", std::string("avx2")},
                  {"value", 92.5},
                  {"samples_ns", std::vector<double>{100, 110}},
                  {"limit_samples_ns", std::vector<double>{50, 100}}}};
  const auto rows = RowsOf(run);
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].name, "figure Q4_0 interleaved t1 avx2");
  EXPECT_EQ((*rows)[0].record, 1u);
  EXPECT_EQ((*rows)[0].score, 92.5);
  EXPECT_EQ((*rows)[0].times, (std::vector<double>{2, 1.1}));
}

}  // namespace
}  // namespace tessera
