// How the circumstances of two runs differ.
#ifndef BENCH_RESULTS_RUN_DIFFERENCES_H_
#define BENCH_RESULTS_RUN_DIFFERENCES_H_

#include <string>
#include <vector>

#include "bench/results/result_file.h"

namespace tessera {

// A line for each thing that differs, "threads: 2 -> 4": machine, build and
// options. Times, and files that results were written to, are not among them.
std::vector<std::string> RunDifferences(const ResultFile& a,
                                        const ResultFile& b);

}  // namespace tessera

#endif  // BENCH_RESULTS_RUN_DIFFERENCES_H_
