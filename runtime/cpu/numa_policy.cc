#include "runtime/cpu/numa_policy.h"

#include <numa.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"

namespace tessera {
namespace {

// Nodes that have memory; node 0 where the kernel knows of none.
std::vector<int> Nodes() {
  std::vector<int> nodes;
  if (numa_available() >= 0) {
    for (int node = 0; node <= numa_max_node(); ++node) {
      if (numa_bitmask_isbitset(numa_all_nodes_ptr, node)) {
        nodes.push_back(node);
      }
    }
  }
  if (nodes.empty()) nodes.push_back(0);
  return nodes;
}

absl::Status Bind(int node) {
  if (numa_run_on_node(node) != 0) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("cannot run on NUMA node ", node));
  }
  bitmask* mask = numa_allocate_nodemask();
  numa_bitmask_setbit(mask, node);
  numa_set_membind(mask);
  numa_free_nodemask(mask);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<NumaPolicy> NumaPolicyFromWord(absl::string_view word) {
  if (word == "off") return NumaPolicy();
  if (word == "interleave") {
    return NumaPolicy{NumaPolicy::Kind::kInterleave, 0};
  }
  absl::string_view number = word;
  NumaPolicy policy{NumaPolicy::Kind::kBind, 0};
  if (absl::ConsumePrefix(&number, "bind=") &&
      absl::SimpleAtoi(number, &policy.node) && policy.node >= 0) {
    return policy;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(word), " is none of off, interleave, bind=N"));
}

absl::StatusOr<std::string> ApplyNumaPolicy(const NumaPolicy& policy) {
  if (policy.kind == NumaPolicy::Kind::kOff) return std::string();
  const std::vector<int> nodes = Nodes();
  if (policy.kind == NumaPolicy::Kind::kBind &&
      std::find(nodes.begin(), nodes.end(), policy.node) == nodes.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no NUMA node ", policy.node, "; this machine has ",
        nodes.size() == 1 ? "one node, " : "nodes ",
        absl::StrJoin(nodes, ", ")));
  }
  if (nodes.size() == 1) {
    return std::string("this machine has one node: nothing to do");
  }
  if (policy.kind == NumaPolicy::Kind::kInterleave) {
    numa_set_interleave_mask(numa_all_nodes_ptr);
    return absl::StrCat("new pages lie on NUMA nodes ",
                        absl::StrJoin(nodes, ", "), " in turn");
  }
  const absl::Status status = Bind(policy.node);
  if (!status.ok()) return status;
  return absl::StrCat("threads and new pages are on NUMA node ", policy.node);
}

}  // namespace tessera
