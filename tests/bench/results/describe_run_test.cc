#include "bench/results/describe_run.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/flags/reflection.h"
#include "base/parse_flags.h"
#include "bench/bench_flags.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

using Flags = std::vector<std::pair<std::string, std::string>>;

ResultFile Describe(const std::vector<std::string>& arguments) {
  const absl::FlagSaver restore;
  EXPECT_TRUE(ParseFlags(arguments).ok());
  const auto request = BenchRequestFromFlags({});
  EXPECT_TRUE(request.ok()) << request.status();
  return DescribeRun(*request);
}

TEST(DescribeRunTest, SaysWhatWasAskedFor) {
  const ResultFile run =
      Describe({"--kernels", "--isas=scalar", "--threads=3", "--types=F16,Q4_0",
                "--layouts=interleaved", "--output=json", "--quiet"});
  EXPECT_EQ(run.options.isa, "scalar");
  EXPECT_EQ(run.options.threads, 3);
  EXPECT_EQ(run.options.huge_pages, "auto");
  EXPECT_EQ(run.options.flags, (Flags{{"isas", "scalar"},
                                      {"kernels", "true"},
                                      {"threads", "3"},
                                      {"types", "F16,Q4_0"}}));
  EXPECT_EQ(Describe({"--synthetic=test-tiny", "--huge_pages=off"})
                .options.huge_pages,
            "off");
  EXPECT_GE(Describe({"--arena=a"}).options.threads, 1);
}

TEST(DescribeRunTest, IsAFile) {
  ResultFile run = Describe({"--kernels"});
  BenchReport report;
  report.table = "kernel";
  report.before = {"a"};
  report.after = {"b"};
  report.records = {{{"n", int64_t{1}}}};
  AddReport(report, &run);
  EXPECT_EQ(run.notes, (std::vector<std::string>{"a", "b"}));
  const auto read = ParseResultFile(RenderResultFile(run));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->table, "kernel");
  EXPECT_EQ(read->records.size(), 1u);
  EXPECT_EQ(read->machine.fingerprint, ThisMachine().fingerprint);
}

}  // namespace
}  // namespace tessera
