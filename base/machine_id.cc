#include "base/machine_id.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/host_info.h"
#include "base/isa.h"
#include "base/read_file.h"

namespace tessera {
namespace {

constexpr char kThpFile[] = "/sys/kernel/mm/transparent_hugepage/enabled";
constexpr size_t kFingerprintBytes = 8;

int64_t NumberIn(absl::string_view text, absl::string_view key) {
  int64_t number;
  return absl::SimpleAtoi(ValueIn(text, key), &number) ? number : 0;
}

std::string OsName() {
  utsname name;
  if (uname(&name) != 0) return "unknown";
  return absl::StrCat(name.sysname, " ", name.release);
}

}  // namespace

std::string FingerprintOf(const MachineId& machine) {
  const std::string text = absl::StrCat(
      machine.cpu, "\n", machine.family, "\n", machine.model, "\n",
      machine.stepping, "\n", absl::StrJoin(machine.isas, ","), "\n",
      machine.cpus, "\n", machine.last_level_cache_bytes, "\n");
  const std::string digest = Xxh128(absl::MakeConstSpan(
      reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  return absl::BytesToHexString(digest.substr(0, kFingerprintBytes));
}

MachineId CpuIdIn(absl::string_view cpuinfo) {
  MachineId machine;
  machine.cpu = CpuNameIn(cpuinfo);
  machine.family = NumberIn(cpuinfo, "cpu family");
  machine.model = NumberIn(cpuinfo, "model");
  machine.stepping = NumberIn(cpuinfo, "stepping");
  return machine;
}

std::string ChoiceInBrackets(absl::string_view text) {
  const size_t open = text.find('[');
  const size_t close = text.find(']', std::min(open, text.size()));
  if (close == absl::string_view::npos) return "unknown";
  return std::string(text.substr(open + 1, close - open - 1));
}

MachineId ThisMachine() {
  MachineId machine = CpuIdIn(ReadFile("/proc/cpuinfo").value_or(""));
  for (const Isa isa : SupportedIsas()) {
    machine.isas.emplace_back(IsaName(isa));
  }
  machine.cpus = std::max<int64_t>(sysconf(_SC_NPROCESSORS_ONLN), 0);
  machine.memory_bytes = static_cast<int64_t>(TotalMemory());
  machine.last_level_cache_bytes = static_cast<int64_t>(LastLevelCacheBytes());
  machine.os = OsName();
  machine.transparent_huge_pages =
      ChoiceInBrackets(ReadFile(kThpFile).value_or(""));
  machine.fingerprint = FingerprintOf(machine);
  return machine;
}

}  // namespace tessera
