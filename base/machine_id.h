// What tells one machine from another, as far as speed goes.
#ifndef BASE_MACHINE_ID_H_
#define BASE_MACHINE_ID_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

struct MachineId {
  std::string cpu;     // "model name" of /proc/cpuinfo
  int64_t family = 0;  // these three as CPUID has them; 0: not known
  int64_t model = 0;
  int64_t stepping = 0;
  std::vector<std::string> isas;  // that Tessera has kernels for, ascending
  int64_t cpus = 0;               // online
  int64_t memory_bytes = 0;
  int64_t last_level_cache_bytes = 0;
  std::string os;  // "Linux 6.18.5"
  // "always", "madvise", "never" or "unknown".
  std::string transparent_huge_pages;
  // FingerprintOf the above; of another machine, what was stored.
  std::string fingerprint;
};

// 16 hexadecimal digits that machines of one class share: the first half of
// XXH3-128 over cpu, family, model, stepping, isas, cpus and
// last_level_cache_bytes. What a reboot may change is not in it.
std::string FingerprintOf(const MachineId& machine);

// The CPU fields that the text of /proc/cpuinfo has, of its first CPU.
MachineId CpuIdIn(absl::string_view cpuinfo);

// The choice in brackets of ".../transparent_hugepage/enabled"; "unknown" if
// there is none.
std::string ChoiceInBrackets(absl::string_view text);

// The machine that this runs on.
MachineId ThisMachine();

}  // namespace tessera

#endif  // BASE_MACHINE_ID_H_
