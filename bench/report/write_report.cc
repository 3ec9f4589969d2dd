#include "bench/report/write_report.h"

#include "absl/types/span.h"
#include "base/atomic_file.h"
#include "base/file_error.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "bench/host_info.h"
#include "bench/report/report_template.h"

namespace tessera {

absl::StatusOr<ReportPage> OpenReport(const ReportRequest& request) {
  TESSERA_ASSIGN_OR_RETURN(std::string page_template,
                           ReadReportTemplate(request.page_template));
  absl::StatusOr<ReportPage> page =
      ReportPage::Create(std::move(page_template));
  if (!page.ok()) return WithPath(request.page_template, page.status());
  for (const std::string& path : request.results) {
    TESSERA_ASSIGN_OR_RETURN(const std::string json, ReadFile(path));
    TESSERA_RETURN_IF_ERROR(WithPath(path, page->AddResult(path, json)));
  }
  if (!request.trends.empty()) {
    TESSERA_ASSIGN_OR_RETURN(const std::string json, ReadFile(request.trends));
    TESSERA_RETURN_IF_ERROR(WithPath(request.trends, page->SetTrends(json)));
  }
  return page;
}

absl::Status WriteReport(const ReportPage& page, const std::string& path) {
  const std::string html = page.Html(TimeStamp());
  TESSERA_ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path, true));
  TESSERA_RETURN_IF_ERROR(file.WriteAt(
      0, absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(html.data()),
                             html.size())));
  return file.Commit();
}

}  // namespace tessera
