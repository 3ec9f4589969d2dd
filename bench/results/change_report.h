// A comparison of two runs as text.
#ifndef BENCH_RESULTS_CHANGE_REPORT_H_
#define BENCH_RESULTS_CHANGE_REPORT_H_

#include <string>

#include "bench/render_report.h"
#include "bench/results/compare_results.h"
#include "bench/results/result_file.h"

namespace tessera {

struct NamedResults {
  std::string path;
  ResultFile results;
};

// CSV and SQL have the rows that both runs have; Markdown and JSON also say
// what differs between the runs, and which rows only one of them has.
std::string RenderChanges(const NamedResults& older, const NamedResults& newer,
                          const ResultComparison& comparison,
                          OutputFormat format);

}  // namespace tessera

#endif  // BENCH_RESULTS_CHANGE_REPORT_H_
