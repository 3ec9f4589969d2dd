// Figures of a script, as records.
#ifndef BENCH_RESULTS_TABBED_RECORDS_H_
#define BENCH_RESULTS_TABBED_RECORDS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/bench_report.h"

namespace tessera {

// Lines of cells that are separated by tabs. The first line names the fields,
// each further one is a record. A cell that is a decimal number becomes an
// int64_t, or a double if it has a fraction or an exponent; all others are
// text. The columns of the report are the fields, its rows the cells as they
// were. DataLoss, with the line number, if a line has not as many cells as the
// first, or if there is no first.
absl::StatusOr<BenchReport> ParseTabbedRecords(absl::string_view text);

}  // namespace tessera

#endif  // BENCH_RESULTS_TABBED_RECORDS_H_
