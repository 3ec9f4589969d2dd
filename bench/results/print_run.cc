#include "bench/results/print_run.h"

#include <cstdio>

#include "base/status_macros.h"
#include "bench/results/history.h"

namespace tessera {

absl::Status PrintRun(const BenchReport& report, const ResultFile& run,
                      OutputFormat output, const std::string& history) {
  const std::string text = output == OutputFormat::kJson
                               ? RenderResultFile(run)
                               : RenderReport(report, output);
  std::fputs(text.c_str(), stdout);
  if (history.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(History database, History::OpenOrCreate(history));
  return database.Append(run).status();
}

}  // namespace tessera
