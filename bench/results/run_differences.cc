#include "bench/results/run_differences.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

// In the order in which they are shown; the same names for every run.
Facts FactsOf(const ResultFile& run) {
  const MachineId& machine = run.machine;
  const BuildId& build = run.build;
  return {
      {"machine", machine.fingerprint},
      {"CPU", absl::StrCat(machine.cpu, " family ", machine.family, " model ",
                           machine.model, " stepping ", machine.stepping)},
      {"CPUs", absl::StrCat(machine.cpus)},
      {"instruction sets", absl::StrJoin(machine.isas, ",")},
      {"last-level cache",
       absl::StrCat(machine.last_level_cache_bytes, " bytes")},
      {"memory", absl::StrCat(machine.memory_bytes, " bytes")},
      {"system", machine.os},
      {"transparent huge pages", machine.transparent_huge_pages},
      {"version", build.version},
      {"commit", absl::StrCat(build.commit, build.dirty ? ", changed" : "")},
      {"compiler", build.compiler},
      {"kernel ABI", absl::StrCat(build.kernel_abi)},
      {"ISA", run.options.isa},
      {"threads", absl::StrCat(run.options.threads)},
      {"huge pages", run.options.huge_pages},
  };
}

std::string FlagText(const std::map<std::string, std::string>& flags,
                     const std::string& name) {
  const auto flag = flags.find(name);
  return flag == flags.end() ? "not given" : flag->second;
}

std::string Line(absl::string_view name, absl::string_view a,
                 absl::string_view b) {
  return absl::StrCat(name, ": ", a, " -> ", b);
}

}  // namespace

std::vector<std::string> RunDifferences(const ResultFile& a,
                                        const ResultFile& b) {
  std::vector<std::string> lines;
  const Facts old_facts = FactsOf(a);
  const Facts new_facts = FactsOf(b);
  for (size_t i = 0; i < old_facts.size(); ++i) {
    const auto& [name, value] = old_facts[i];
    if (value == new_facts[i].second) continue;
    lines.push_back(Line(name, value, new_facts[i].second));
  }
  const std::map<std::string, std::string> old_flags(a.options.flags.begin(),
                                                     a.options.flags.end());
  const std::map<std::string, std::string> new_flags(b.options.flags.begin(),
                                                     b.options.flags.end());
  std::set<std::string> names;
  for (const auto& [name, value] : old_flags) names.insert(name);
  for (const auto& [name, value] : new_flags) names.insert(name);
  for (const std::string& name : names) {
    // What they mean is among the facts.
    if (name == "threads" || name == "huge_pages" || name == "isas") continue;
    const std::string before = FlagText(old_flags, name);
    const std::string after = FlagText(new_flags, name);
    if (before == after) continue;
    lines.push_back(Line(absl::StrCat("--", name), before, after));
  }
  return lines;
}

}  // namespace tessera
