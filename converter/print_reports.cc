#include "converter/print_reports.h"

#include <cstdio>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/counted.h"
#include "base/message.h"
#include "base/printable.h"
#include "base/progress.h"
#include "converter/inspect/layout_reasons.h"
#include "converter/inspect/quality_report.h"
#include "converter/inspect/quality_table.h"
#include "converter/zero_tensors.h"

namespace tessera {
namespace {

// The first of a kind show what it is about.
constexpr size_t kMostWarningsOfAKind = 5;

void PrintWarning(const std::string& path, absl::string_view warning) {
  PrintMessage(absl::StrCat("warning: ", path, ": ", warning));
}

void PrintReport(const ConvertReport& report, const ConvertCommand& command,
                 double seconds) {
  const QualityTable quality = QualityTableOf(report.manifest);
  for (const std::string& remark : QualityRemarks(quality)) {
    PrintWarning(report.path, remark);
  }
  for (const std::string& fallback : LayoutFallbacks(report.manifest)) {
    PrintWarning(report.path, fallback);
  }
  if (command.options.quiet) return;
  std::string text = command.quality
                         ? QualityText(quality, /*with_tensors=*/true)
                         : QualitySummary(quality);
  absl::StrAppend(&text, LayoutSummary(report.manifest));
  std::fputs(text.c_str(), stderr);
  PrintMessage(absl::StrCat(
      "wrote ", report.path, ": ",
      Counted(static_cast<uint64_t>(report.manifest.tensors_size()), "tensor"),
      ", ", HumanBytes(report.file_size), " in ",
      seconds < 100 ? absl::StrFormat("%.2f s", seconds)
                    : HumanDuration(absl::Seconds(seconds))));
}

}  // namespace

void PrintReports(const WeightSource& source,
                  const std::vector<ConvertReport>& reports,
                  const ConvertCommand& command, double seconds) {
  const std::string zeros =
      ZeroTensorsNote(source, reports.front().zero_tensors);
  if (!zeros.empty()) PrintMessage(absl::StrCat("warning: ", zeros));
  for (const ConvertReport& report : reports) {
    PrintReport(report, command, seconds);
  }
}

void PrintExported(const std::vector<ExportedFile>& files,
                   const ConvertCommand& command) {
  for (const ExportedFile& file : files) {
    for (const std::string& warning :
         FewOfEachKind(file.warnings, kMostWarningsOfAKind)) {
      PrintWarning(file.path, warning);
    }
    std::string line =
        absl::StrCat(file.path, ": ", Counted(file.tensors, "tensor"), ", ",
                     HumanBytes(file.bytes));
    if (command.dry_run) {
      if (!command.json) absl::PrintF("%s\n", Printable(line));
      continue;
    }
    if (command.options.quiet) continue;
    if (!file.identical_to.empty()) {
      absl::StrAppend(&line, ", identical to ", file.identical_to, " (SHA-256 ",
                      absl::BytesToHexString(file.sha256), ")");
    }
    PrintMessage(absl::StrCat("wrote ", line));
  }
}

}  // namespace tessera
