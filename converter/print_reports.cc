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

std::string Took(double seconds) {
  return seconds < 100 ? absl::StrFormat("%.2f s", seconds)
                       : HumanDuration(absl::Seconds(seconds));
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
      ", ", HumanBytes(report.file_size), " in ", Took(seconds)));
}

void PrintZeros(const WeightSource& source,
                const std::vector<size_t>& tensors) {
  const std::string zeros = ZeroTensorsNote(source, tensors);
  if (!zeros.empty()) PrintMessage(absl::StrCat("warning: ", zeros));
}

std::string SizeOf(const GgufFileReport& file) {
  return absl::StrCat(file.path, ": ", Counted(file.tensors, "tensor"), ", ",
                      HumanBytes(file.bytes));
}

// To stdout.
void PrintGgufPlan(const GgufReport& report, const ConvertCommand& command) {
  for (const GgufFileReport& file : report.files) {
    absl::PrintF("%s\n", Printable(SizeOf(file)));
  }
  const QualityTable table = QualityTableOf(report.tensors);
  if (command.tensors) {
    for (const TensorQuality& tensor : table.tensors) {
      absl::PrintF("  %-40s %-8s from %-8s %s\n", Printable(tensor.name),
                   tensor.type, tensor.source_type, HumanBytes(tensor.bytes));
    }
  }
  for (const TypeQuality& type : table.types) {
    absl::PrintF("  %-8s %s, %s\n", type.type, Counted(type.tensors, "tensor"),
                 HumanBytes(type.bytes));
  }
}

void PrintGgufWarnings(const GgufReport& report, const QualityTable& quality) {
  for (const GgufFileReport& file : report.files) {
    for (const std::string& warning :
         FewOfEachKind(file.warnings, kMostWarningsOfAKind)) {
      PrintWarning(file.path, warning);
    }
  }
  const std::string& path = report.files.front().path;
  for (const std::string& warning : report.warnings) {
    PrintWarning(path, warning);
  }
  for (const std::string& remark : QualityRemarks(quality)) {
    PrintWarning(path, remark);
  }
}

}  // namespace

void PrintReports(const WeightSource& source,
                  const std::vector<ConvertReport>& reports,
                  const ConvertCommand& command, double seconds) {
  PrintZeros(source, reports.front().zero_tensors);
  for (const ConvertReport& report : reports) {
    PrintReport(report, command, seconds);
  }
}

void PrintGguf(const WeightSource& source, const GgufReport& report,
               const ConvertCommand& command, double seconds) {
  PrintZeros(source, report.zero_tensors);
  const QualityTable quality = QualityTableOf(report.tensors);
  PrintGgufWarnings(report, quality);
  if (command.dry_run) {
    if (!command.json) PrintGgufPlan(report, command);
    return;
  }
  if (command.options.quiet) return;
  if (quality.error.has_value()) {
    const std::string text = command.quality
                                 ? QualityText(quality, /*with_tensors=*/true)
                                 : QualitySummary(quality);
    std::fputs(text.c_str(), stderr);
  }
  for (const GgufFileReport& file : report.files) {
    PrintMessage(absl::StrCat(
        "wrote ", SizeOf(file),
        file.identical_to.empty()
            ? ""
            : absl::StrCat(", identical to ", file.identical_to, " (SHA-256 ",
                           absl::BytesToHexString(file.sha256), ")"),
        &file == &report.files.back() ? absl::StrCat(" in ", Took(seconds))
                                      : ""));
  }
}

}  // namespace tessera
