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
  std::string output;               // where the page goes
  std::string page_template;        // empty: beside this program
  std::string history;              // SQLite file whose trends it has, or empty
  std::vector<std::string> inputs;  // results and trends, JSON files
};

// The page with all inputs of `request`, but not yet its history. Errors start
// with the file's path.
absl::StatusOr<ReportPage> OpenReport(const ReportRequest& request);

// Adds the history as it is now, and replaces the output with the page.
absl::Status WriteReport(const ReportRequest& request, ReportPage* page);

}  // namespace tessera

#endif  // BENCH_REPORT_WRITE_REPORT_H_
