// How benchmarks say what they are doing.
#ifndef BENCH_PROGRESS_FN_H_
#define BENCH_PROGRESS_FN_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Is told what is being done or was measured, a line at a time.
using ProgressFn = absl::FunctionRef<void(absl::string_view)>;

}  // namespace tessera

#endif  // BENCH_PROGRESS_FN_H_
