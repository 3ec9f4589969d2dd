// What the bench tool is asked to do with results that are there already.
#ifndef BENCH_RESULTS_RESULTS_REQUEST_H_
#define BENCH_RESULTS_RESULTS_REQUEST_H_

#include <string>
#include <vector>

#include "bench/render_report.h"

namespace tessera {

struct ResultsRequest {
  enum class Task {
    kNone,     // measure instead
    kCompare,  // the two `files`
    kImport,   // `files` into `history`
    kTrends,   // of `history`
  };

  Task task = Task::kNone;
  std::vector<std::string> files;
  std::string history;
  std::string filter;
  bool any_machine = false;
  OutputFormat output = OutputFormat::kMarkdown;
};

}  // namespace tessera

#endif  // BENCH_RESULTS_RESULTS_REQUEST_H_
