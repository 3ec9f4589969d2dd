// Fields of a record by name.
#ifndef BENCH_RESULTS_RECORD_FIELDS_H_
#define BENCH_RESULTS_RECORD_FIELDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/bench_report.h"

namespace tessera {

// Null if there is none.
const Field* FindField(const Record& record, absl::string_view name);

// DataLoss, naming the field, if there is none or it is something else.
absl::StatusOr<int64_t> IntegerIn(const Record& record, absl::string_view name);
absl::StatusOr<double> NumberIn(const Record& record, absl::string_view name);
absl::StatusOr<std::string> TextIn(const Record& record,
                                   absl::string_view name);

// `fallback` if there is no such number.
double NumberOr(const Record& record, absl::string_view name, double fallback);

// A list of numbers; empty if there is none.
std::vector<double> NumbersIn(const Record& record, absl::string_view name);

}  // namespace tessera

#endif  // BENCH_RESULTS_RECORD_FIELDS_H_
