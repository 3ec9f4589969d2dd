// Where the page's template lies.
#ifndef BENCH_REPORT_REPORT_TEMPLATE_H_
#define BENCH_REPORT_REPORT_TEMPLATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

// The template at `path`, or, if that is empty, where Bazel puts it beside this
// program: report/template.html in its folder. NotFound if there is none; the
// message says how to make it, and what has to be installed for that.
absl::StatusOr<std::string> ReadReportTemplate(const std::string& path);

// Whether one of the folders of `path`, a value of PATH, has such a program.
bool HasProgram(absl::string_view path, absl::string_view program);

}  // namespace tessera

#endif  // BENCH_REPORT_REPORT_TEMPLATE_H_
