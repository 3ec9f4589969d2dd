// The flags of bench that ask for a page of HTML.
#ifndef BENCH_REPORT_REPORT_FLAGS_H_
#define BENCH_REPORT_REPORT_FLAGS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/report/write_report.h"

namespace tessera {

// The page that --report asks for, of the results that `arguments` name; none
// without the flag. `measures` says whether there will be results of this run,
// too. InvalidArgument, naming the flag, for wrong usage.
absl::StatusOr<std::optional<ReportRequest>> ReportRequestFromFlags(
    const std::vector<std::string>& arguments, bool measures);

}  // namespace tessera

#endif  // BENCH_REPORT_REPORT_FLAGS_H_
