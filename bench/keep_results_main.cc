// keep_results: makes results of what a script has measured.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/command_line.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "base/write_file.h"
#include "bench/bench_report.h"
#include "bench/render_report.h"
#include "bench/results/describe_run.h"
#include "bench/results/result_file.h"
#include "bench/results/tabbed_records.h"

ABSL_FLAG(std::string, table, "", "what the records are, such as loading_warm");
ABSL_FLAG(int, threads, 0, "of what was measured; 0: one per CPU");

namespace tessera {
namespace {

constexpr char kUsage[] =
    R"(Makes results of bench of what a script has measured, and prints them.

  printf 'type\tseconds\nQ4_0\t2.5\n' | keep_results --table=speed speed.json

usage: keep_results --table=NAME [--threads=N] FILE

Stdin has lines of cells that are separated by tabs; the first one names the
fields. FILE gets the records as JSON, together with the machine and the build,
and can be put into documents by fill_tables.)";

absl::Status Keep(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile("/dev/stdin"));
  TESSERA_ASSIGN_OR_RETURN(BenchReport report, ParseTabbedRecords(text));
  report.table = absl::GetFlag(FLAGS_table);
  ResultFile run = DescribeRun("auto", absl::GetFlag(FLAGS_threads), "auto");
  AddReport(report, &run);
  std::fputs(RenderReport(report, OutputFormat::kMarkdown).c_str(), stdout);
  return WriteFile(path, RenderResultFile(run));
}

}  // namespace
}  // namespace tessera

int main(int argc, char** argv) {
  return tessera::RunMain([&] {
    const std::vector<std::string> arguments =
        tessera::ParseCommandLine(argc, argv, {tessera::kUsage});
    if (arguments.size() != 1 || absl::GetFlag(FLAGS_table).empty()) {
      tessera::ExitWithUsageError("expected --table and FILE");
    }
    const absl::Status status = tessera::Keep(arguments[0]);
    return status.ok() ? 0 : tessera::ReportFailure(status);
  });
}
