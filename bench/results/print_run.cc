#include "bench/results/print_run.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/output_path.h"
#include "base/status_macros.h"
#include "base/write_file.h"
#include "bench/results/history.h"

namespace tessera {

absl::Status CheckSinks(const RunSinks& sinks) {
  if (!sinks.json.empty()) {
    TESSERA_RETURN_IF_ERROR(CheckWriteFile(sinks.json));
    if (!sinks.history.empty() && IsSameOutput(sinks.json, sinks.history)) {
      return absl::InvalidArgumentError(
          absl::StrCat(sinks.json, ": is the history; choose another name"));
    }
  }
  if (sinks.history.empty()) return absl::OkStatus();
  return History::OpenOrCreate(sinks.history).status();
}

absl::Status PrintRun(const BenchReport& report, const ResultFile& run,
                      const RunSinks& sinks) {
  const std::string json = RenderResultFile(run);
  const std::string text = sinks.output == OutputFormat::kJson
                               ? json
                               : RenderReport(report, sinks.output);
  std::fputs(text.c_str(), stdout);
  if (!sinks.json.empty()) {
    TESSERA_RETURN_IF_ERROR(WriteFile(sinks.json, json));
  }
  if (sinks.history.empty()) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(History history,
                           History::OpenOrCreate(sinks.history));
  return history.Append(run).status();
}

}  // namespace tessera
