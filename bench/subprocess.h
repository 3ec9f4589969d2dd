// Another program, run to its end.
#ifndef BENCH_SUBPROCESS_H_
#define BENCH_SUBPROCESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tessera {

// Runs `command`, found as a shell would find its first word, and returns what
// it wrote to stdout. InvalidArgument if it cannot be started or ends with
// another code than 0, with the last line of its stderr. It does not outlive
// the thread that called (see Spawn).
absl::StatusOr<std::string> RunAndCapture(
    const std::vector<std::string>& command);

}  // namespace tessera

#endif  // BENCH_SUBPROCESS_H_
