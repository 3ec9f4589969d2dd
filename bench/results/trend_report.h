// Trends as text.
#ifndef BENCH_RESULTS_TREND_REPORT_H_
#define BENCH_RESULTS_TREND_REPORT_H_

#include <string>

#include "absl/types/span.h"
#include "bench/render_report.h"
#include "bench/results/history.h"

namespace tessera {

// JSON has every point; the other formats a line for each series: first, last
// and best value, the change from the first to the last, the number of runs.
std::string RenderTrends(absl::Span<const TrendSeries> trends,
                         OutputFormat format);

}  // namespace tessera

#endif  // BENCH_RESULTS_TREND_REPORT_H_
