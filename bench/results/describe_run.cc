#include "bench/results/describe_run.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/build_info.h"
#include "base/host_info.h"
#include "base/isa.h"
#include "base/own_flags.h"
#include "base/thread_pool.h"
#include "base/version.h"
#include "formats/layout/tensor_layout.h"
#include "runtime/loader/load_options.h"

namespace tessera {
namespace {

constexpr absl::string_view kFlagsOfOutput[] = {
    "history", "json", "output", "quiet", "report", "report_template"};

bool IsFlagOfOutput(absl::string_view name) {
  return std::find(std::begin(kFlagsOfOutput), std::end(kFlagsOfOutput),
                   name) != std::end(kFlagsOfOutput);
}

std::string IsaNames(const BenchRequest& request) {
  if (request.kernels.isas.empty()) {
    return std::string(IsaName(request.models.model.isa));
  }
  return absl::StrJoin(
      request.kernels.isas, ",",
      [](std::string* out, Isa isa) { absl::StrAppend(out, IsaName(isa)); });
}

}  // namespace

ResultFile DescribeRun(const BenchRequest& request) {
  return DescribeRun(IsaNames(request), request.threads,
                     WordOf(request.models.model.huge_pages));
}

ResultFile DescribeRun(absl::string_view isa, int threads,
                       absl::string_view huge_pages) {
  ResultFile run;
  run.time = TimeStamp();
  run.build = {kTesseraVersion, std::string(BuildCommit()), BuildIsDirty(),
               CompilerName(), kKernelAbi};
  run.machine = ThisMachine();
  run.options.isa = std::string(isa);
  run.options.threads = ThreadCount(threads);
  run.options.huge_pages = std::string(huge_pages);
  for (auto& flag : ChangedFlags()) {
    if (!IsFlagOfOutput(flag.first)) run.options.flags.push_back(flag);
  }
  return run;
}

void AddReport(const BenchReport& report, ResultFile* run) {
  run->table = report.table;
  run->notes = report.before;
  run->notes.insert(run->notes.end(), report.after.begin(), report.after.end());
  run->records = report.records;
}

}  // namespace tessera
