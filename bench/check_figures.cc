#include "bench/check_figures.h"

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/results/record_fields.h"

namespace tessera {
namespace {

// Limits are the best of a few short runs.
constexpr double kLeastDrift = 0.02;

// "Q4_0 interleaved": what tells a record of kernels, or of models, from
// others.
std::string NameOf(const Record& record) {
  std::string name;
  for (const char* field : {"type", "layout", "matrix", "model_type"}) {
    const absl::StatusOr<std::string> text = TextIn(record, field);
    if (text.ok()) absl::StrAppend(&name, name.empty() ? "" : " ", *text);
  }
  return name;
}

}  // namespace

absl::Status CheckFigures(const BenchReport& report) {
  const double most = 100 * (1 + std::max(report.limit_drift, kLeastDrift));
  const Record* worst = nullptr;
  double highest = most;
  for (const Record& record : report.records) {
    if (NumberOr(record, "zero_share", 0) != 0) continue;
    const double percent = NumberOr(record, "percent_of_limit", 0);
    if (percent <= highest) continue;
    worst = &record;
    highest = percent;
  }
  if (worst == nullptr) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat(
      "%s reaches %.1f %% of the limit, so the limit was measured too low, and "
      "no percentage of this run can be trusted; measure again when the "
      "machine does less besides",
      NameOf(*worst), highest));
}

}  // namespace tessera
