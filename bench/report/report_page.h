// A page of HTML that shows results: a template with a place for JSON.
#ifndef BENCH_REPORT_REPORT_PAGE_H_
#define BENCH_REPORT_REPORT_PAGE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

class ReportPage {
 public:
  // `page_template` is what //bench/report:template has made. DataLoss if it
  // has not exactly one place for results.
  static absl::StatusOr<ReportPage> Create(std::string page_template);

  // Adds what bench has printed with --output=json: a result, which the page
  // calls `name`, or trends, which replace those that were there. DataLoss if
  // it is something else, Unimplemented if it is from a newer bench.
  absl::Status Add(absl::string_view name, absl::string_view json);

  // The page. `made` says when, as in results.
  std::string Html(absl::string_view made) const;

 private:
  ReportPage() = default;

  std::string before_;              // the place for results
  std::string after_;               // it
  std::vector<std::string> files_;  // JSON
  std::string trends_ = "null";     // JSON
};

// JSON that means the same as `json`, in which no character can end a <script>
// element or begin a comment. `json` must be valid: there, such characters
// occur in strings only, which may escape them.
std::string JsonForScript(absl::string_view json);

}  // namespace tessera

#endif  // BENCH_REPORT_REPORT_PAGE_H_
