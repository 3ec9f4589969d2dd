#include "bench/check_figures.h"

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "bench/results/record_fields.h"

namespace tessera {
namespace {

// Limits are the best of a few short runs.
constexpr double kLeastDrift = 0.02;

bool Is(const Record& record, absl::string_view field,
        absl::string_view value) {
  const absl::StatusOr<std::string> text = TextIn(record, field);
  return text.ok() && *text == value;
}

// AMX multiplies quantized weights as bfloat16, faster than any vpdpbusd, which
// they are compared with. Zeros need not be read.
bool MayPassTheLimit(const Record& record) {
  return NumberOr(record, "zero_share", 0) != 0 ||
         (Is(record, "isa", "amx") && Is(record, "bound", "compute"));
}

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
    if (MayPassTheLimit(record)) continue;
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
