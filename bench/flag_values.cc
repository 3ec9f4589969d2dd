#include "bench/flag_values.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "bench/kernel_suite.h"
#include "formats/layout/layout_profile.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {
namespace {

constexpr int64_t kMaxTokens = int64_t{1} << 24;

absl::StatusOr<LayoutProfile> ReadProfile(const std::string& path) {
  if (path.empty()) return LayoutProfile();
  TESSERA_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(path, kMostSettingsBytes));
  auto profile = LayoutProfile::Parse(text);
  if (!profile.ok()) return WithPath(path, profile.status());
  return profile;
}

}  // namespace

absl::Status CheckFlagRange(absl::string_view flag, int64_t value,
                            int64_t least, int64_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, ": expected a whole number from ", least, " to ",
                   most, ", found ", value));
}

absl::StatusOr<std::vector<int64_t>> TokenCounts(
    absl::string_view flag, const std::vector<std::string>& words,
    int64_t least) {
  std::vector<int64_t> values;
  for (const std::string& word : words) {
    int64_t value;
    if (!absl::SimpleAtoi(word, &value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", flag, ": ", Quoted(word), " is no integer"));
    }
    TESSERA_RETURN_IF_ERROR(CheckFlagRange(flag, value, least, kMaxTokens));
    values.push_back(value);
  }
  return values;
}

absl::StatusOr<std::vector<Isa>> IsasFromWords(
    const std::vector<std::string>& words) {
  if (words.empty()) {
    TESSERA_ASSIGN_OR_RETURN(const Isa best, ChooseIsa());
    return std::vector<Isa>{best};
  }
  const std::vector<Isa> supported = SupportedIsas();
  if (words == std::vector<std::string>{"all"}) return supported;
  std::vector<Isa> isas;
  for (const std::string& word : words) {
    for (const Isa isa : supported) {
      if (IsaName(isa) == word) isas.push_back(isa);
    }
  }
  if (isas.size() == words.size()) return isas;
  return absl::InvalidArgumentError(absl::StrCat(
      "--isas is ", Quoted(absl::StrJoin(words, ",")), "; this machine has: ",
      absl::StrJoin(supported, ", ", [](std::string* out, Isa isa) {
        absl::StrAppend(out, IsaName(isa));
      })));
}

absl::StatusOr<std::vector<DType>> DTypesFromWords(
    const std::vector<std::string>& words) {
  if (words.empty()) return KernelTypes();
  std::vector<DType> types;
  for (const std::string& word : words) {
    const std::optional<DType> type = DTypeFromName(word);
    if (!type.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--types: no such type: ", Quoted(word)));
    }
    types.push_back(*type);
  }
  return types;
}

absl::StatusOr<std::vector<LayoutChoice>> LayoutsFromWords(
    const std::vector<std::string>& words, const std::string& profile_path) {
  std::vector<LayoutChoice> layouts;
  for (const std::string& word : words) {
    LayoutChoice& layout = layouts.emplace_back();
    layout.name = word;
    if (word == "auto") {
      TESSERA_ASSIGN_OR_RETURN(layout.profile, ReadProfile(profile_path));
      continue;
    }
    const std::optional<LayoutOrder> order = LayoutOrderFromName(word);
    if (!order.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--layouts: no such layout: ", Quoted(word)));
    }
    layout.order = *order;
  }
  if (layouts.empty()) {
    return absl::InvalidArgumentError("--layouts names no layout");
  }
  return layouts;
}

}  // namespace tessera
