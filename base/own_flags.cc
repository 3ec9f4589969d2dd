#include "base/own_flags.h"

#include <algorithm>

#include "absl/flags/reflection.h"
#include "absl/strings/match.h"

namespace tessera {
namespace {

bool IsOwnFlag(const absl::CommandLineFlag& flag) {
  return !flag.IsRetired() &&
         !absl::StrContains(flag.Filename(), "absl/flags/");
}

}  // namespace

std::vector<const absl::CommandLineFlag*> OwnFlags() {
  std::vector<const absl::CommandLineFlag*> flags;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (IsOwnFlag(*flag)) flags.push_back(flag);
  }
  std::sort(flags.begin(), flags.end(),
            [](const auto* a, const auto* b) { return a->Name() < b->Name(); });
  return flags;
}

absl::CommandLineFlag* FindOwnFlag(absl::string_view name) {
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  return flag != nullptr && IsOwnFlag(*flag) ? flag : nullptr;
}

std::vector<std::pair<std::string, std::string>> ChangedFlags() {
  std::vector<std::pair<std::string, std::string>> changed;
  for (const absl::CommandLineFlag* flag : OwnFlags()) {
    std::string value = flag->CurrentValue();
    if (value == flag->DefaultValue()) continue;
    changed.emplace_back(flag->Name(), std::move(value));
  }
  return changed;
}

}  // namespace tessera
