// Results that no machine has measured.
#ifndef TESTS_BENCH_RESULTS_SAMPLE_RESULTS_H_
#define TESTS_BENCH_RESULTS_SAMPLE_RESULTS_H_

#include <string>
#include <vector>

#include "bench/results/result_file.h"

namespace tessera {

// A run at `time` with all of the envelope and no records.
ResultFile SampleRun(const std::string& time, const std::string& table);

// A multiplication that takes `samples_us`; the middle one counts. The limits
// of the machine are those of 100 % at 10 us.
Record KernelRecord(const std::string& type, const std::string& matrix,
                    const std::vector<double>& samples_us);

// Decoding with this many tokens per second in each sample.
Record ModelRecordOf(const std::string& model, const std::string& test,
                     const std::vector<double>& samples_ts);

}  // namespace tessera

#endif  // TESTS_BENCH_RESULTS_SAMPLE_RESULTS_H_
