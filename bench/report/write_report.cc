#include "bench/report/write_report.h"

#include <filesystem>
#include <string>
#include <vector>

#include "base/file_error.h"
#include "base/host_info.h"
#include "base/output_path.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "base/write_file.h"
#include "bench/report/report_template.h"
#include "bench/results/history.h"
#include "bench/results/trend_report.h"

namespace tessera {
namespace {

absl::Status AddHistory(const std::string& path, ReportPage* page) {
  TESSERA_ASSIGN_OR_RETURN(History history, History::OpenToRead(path));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<TrendSeries> trends,
                           history.Trends(""));
  return page->Add("", RenderTrends(trends, OutputFormat::kJson));
}

// Rather now than after minutes of measuring.
absl::Status CheckReportOutput(const ReportRequest& request) {
  std::vector<std::string> inputs = request.inputs;
  inputs.push_back(request.page_template);
  if (!request.history.empty()) inputs.push_back(request.history);
  TESSERA_RETURN_IF_ERROR(CheckIsNoInput(request.output, inputs));
  return CheckWriteFile(request.output);
}

}  // namespace

absl::StatusOr<ReportPage> OpenReport(const ReportRequest& request) {
  if (!request.output.empty()) {
    TESSERA_RETURN_IF_ERROR(CheckReportOutput(request));
  }
  TESSERA_ASSIGN_OR_RETURN(std::string page_template,
                           ReadReportTemplate(request.page_template));
  absl::StatusOr<ReportPage> page =
      ReportPage::Create(std::move(page_template));
  if (!page.ok()) return WithPath(request.page_template, page.status());
  for (const std::string& path : request.inputs) {
    TESSERA_ASSIGN_OR_RETURN(const std::string json,
                             ReadFile(path, kMostSettingsBytes));
    // The folders are of no use to whoever reads the page, and often private.
    const std::string name = std::filesystem::path(path).filename();
    TESSERA_RETURN_IF_ERROR(WithPath(path, page->Add(name, json)));
  }
  return page;
}

absl::Status WriteReport(const ReportRequest& request, ReportPage* page) {
  if (!request.history.empty()) {
    TESSERA_RETURN_IF_ERROR(AddHistory(request.history, page));
  }
  return WriteFile(request.output, page->Html(TimeStamp()));
}

}  // namespace tessera
