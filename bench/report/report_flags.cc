#include "bench/report/report_flags.h"

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"

ABSL_FLAG(
    std::string, report, "",
    "write a page of HTML with charts and a verdict to this file; the "
    "arguments are results of --output=json; what is measured now and the "
    "trends of --history are added");
ABSL_FLAG(std::string, report_template, "",
          "with --report: the page without results; what bazel build "
          "//bench/report:template has made beside this program if not given");

ABSL_DECLARE_FLAG(bool, compare);
ABSL_DECLARE_FLAG(std::string, history);
ABSL_DECLARE_FLAG(bool, trends);

namespace tessera {

absl::StatusOr<std::optional<ReportRequest>> ReportRequestFromFlags(
    const std::vector<std::string>& arguments, bool measures) {
  ReportRequest request;
  request.output = absl::GetFlag(FLAGS_report);
  request.page_template = absl::GetFlag(FLAGS_report_template);
  request.history = absl::GetFlag(FLAGS_history);
  request.inputs = arguments;
  if (request.output.empty()) {
    if (request.page_template.empty()) return std::nullopt;
    return absl::InvalidArgumentError("--report_template goes with --report");
  }
  if (absl::GetFlag(FLAGS_compare) || absl::GetFlag(FLAGS_trends)) {
    return absl::InvalidArgumentError(
        "--report and --compare or --trends are two things");
  }
  // Rather than overwrite a result that was meant to be read.
  if (!absl::EndsWith(request.output, ".html")) {
    return absl::InvalidArgumentError(
        absl::StrCat("--report=", Quoted(request.output),
                     " does not end in .html; results are arguments"));
  }
  if (arguments.empty() && request.history.empty() && !measures) {
    return absl::InvalidArgumentError(
        "--report needs results of --output=json as arguments, --history, or "
        "something to measure");
  }
  return request;
}

}  // namespace tessera
