// The rows that two builds are compared on.
#ifndef BENCH_GATE_GATE_ROWS_H_
#define BENCH_GATE_GATE_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "bench/gate/gate_request.h"
#include "bench/gate/gate_row.h"

namespace tessera {

// Kernels that the filter leaves: every type interleaved, the most used ones in
// all layouts; each with one token and with many.
std::vector<GateRow> KernelRows(const GateRequest& request);

// Prefill and decode of models with four of TinyLlama's layers, in `folder`,
// where those that the filter leaves are made. Errors as the converter's.
absl::StatusOr<std::vector<GateRow>> ModelRows(const GateRequest& request,
                                               const std::string& folder,
                                               ThreadPool& pool);

}  // namespace tessera

#endif  // BENCH_GATE_GATE_ROWS_H_
