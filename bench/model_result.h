// One test of one model, as a record and as a row of the table.
#ifndef BENCH_MODEL_RESULT_H_
#define BENCH_MODEL_RESULT_H_

#include <string>
#include <vector>

#include "base/isa.h"
#include "bench/bench_report.h"
#include "bench/benched_model.h"
#include "bench/machine_limits.h"
#include "bench/model_test_case.h"

namespace tessera {

struct ModelResult {
  ModelTestCase test;
  const BenchedModel* model = nullptr;
  std::vector<double> samples_ns;
  MachineLimits limits;  // at that time
  Isa isa = Isa::kScalar;
  int threads = 1;

  // Tokens per second of each sample.
  std::vector<double> Rates() const;
};

// With llama-bench's field names where it has the same field.
Record ModelRecord(const ModelResult& result);

std::vector<BenchReport::Column> ModelColumns();
std::vector<std::string> ModelRow(const ModelResult& result);

}  // namespace tessera

#endif  // BENCH_MODEL_RESULT_H_
