// Where memory lies on machines with several memory controllers.
#ifndef RUNTIME_CPU_NUMA_POLICY_H_
#define RUNTIME_CPU_NUMA_POLICY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tessera {

struct NumaPolicy {
  enum class Kind {
    kOff,         // as the system does it
    kInterleave,  // new pages on all nodes in turn
    kBind,        // threads and new pages on one node
  };
  Kind kind = Kind::kOff;
  int node = 0;  // for kBind
};

// "off", "interleave" or "bind=N". InvalidArgument for anything else.
absl::StatusOr<NumaPolicy> NumaPolicyFromWord(absl::string_view word);

// Applies `policy` to the calling thread and to those that it starts from now
// on: call it before anything is loaded. Pages that the page cache holds already
// stay where they are. Returns what was done, one sentence, empty for kOff; on a
// machine with one node nothing is done, and the sentence says so.
// InvalidArgument, listing the nodes, for a node that is not there.
absl::StatusOr<std::string> ApplyNumaPolicy(const NumaPolicy& policy);

}  // namespace tessera

#endif  // RUNTIME_CPU_NUMA_POLICY_H_
