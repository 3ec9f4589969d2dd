// Results from files to a page of HTML.
#ifndef BENCH_REPORT_WRITE_REPORT_H_
#define BENCH_REPORT_WRITE_REPORT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/report/report_page.h"

namespace tessera {

struct ReportRequest {
  std::string output;                // where the page goes
  std::string page_template;         // empty: beside this program
  std::string trends;                // JSON file, or empty
  std::vector<std::string> results;  // JSON files
};

// The page with all results of `request`. Errors start with the file's path.
absl::StatusOr<ReportPage> OpenReport(const ReportRequest& request);

// Replaces `path` with the page as it is now.
absl::Status WriteReport(const ReportPage& page, const std::string& path);

}  // namespace tessera

#endif  // BENCH_REPORT_WRITE_REPORT_H_
