#include "formats/layout/layout_profile.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

constexpr absl::string_view kFirstLine = "tessera layout profile ";
constexpr absl::string_view kVersion = "1";
constexpr absl::string_view kThreads = "threads";
// Of the text of a field: it ends in arenas and on terminals.
constexpr size_t kMaxFieldBytes = 128;

struct MachineField {
  absl::string_view name;
  std::string ProfileMachine::*text;
};

constexpr MachineField kMachineFields[] = {
    {"cpu", &ProfileMachine::cpu},
    {"fingerprint", &ProfileMachine::fingerprint},
    {"isa", &ProfileMachine::isa},
    {"producer", &ProfileMachine::producer},
    {"date", &ProfileMachine::date},
};

bool CanBeInText(char c) { return absl::ascii_isprint(c) && c != '#'; }

std::string TextThatParses(std::string text) {
  text.resize(std::min(text.size(), kMaxFieldBytes));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !CanBeInText(c); }, '?');
  return std::string(absl::StripAsciiWhitespace(text));
}

// A line "NAME: VALUE", parted at the colon.
absl::Status ParseMachineField(absl::string_view name, absl::string_view value,
                               ProfileMachine* machine) {
  if (name == kThreads) {
    if (absl::SimpleAtoi(value, &machine->threads) && machine->threads > 0) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(value), " is no number of threads"));
  }
  if (value.size() > kMaxFieldBytes ||
      !std::all_of(value.begin(), value.end(), CanBeInText)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(name), ": ", Quoted(value), " is not up to ",
                     kMaxFieldBytes, " bytes of printable ASCII"));
  }
  for (const MachineField& field : kMachineFields) {
    if (name != field.name) continue;
    machine->*field.text = std::string(value);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("nothing is called ", Quoted(name)));
}

// A line without its comment.
absl::Status ParseLine(absl::string_view line, std::vector<LayoutRule>* rules,
                       ProfileMachine* machine) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty()) return absl::OkStatus();
  const size_t colon = line.find(':');
  const size_t space = line.find_first_of(" \t");
  // Only the first word of a field ends with a colon.
  if (colon < space) {
    return ParseMachineField(
        line.substr(0, colon),
        absl::StripLeadingAsciiWhitespace(line.substr(colon + 1)), machine);
  }
  TESSERA_ASSIGN_OR_RETURN(LayoutRule rule, ParseLayoutRule(line));
  rules->push_back(std::move(rule));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LayoutProfile> LayoutProfile::Parse(absl::string_view text) {
  std::vector<LayoutRule> rules;
  ProfileMachine machine;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (number == 1 && absl::ConsumePrefix(&line, kFirstLine)) {
      line = absl::StripAsciiWhitespace(line);
      if (line == kVersion) continue;
      return absl::UnimplementedError(absl::StrCat("layout profile of version ",
                                                   Quoted(line), ", but only ",
                                                   kVersion, " is known"));
    }
    const absl::Status status =
        ParseLine(line.substr(0, line.find('#')), &rules, &machine);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", status.message()));
    }
  }
  return LayoutProfile(std::move(rules), std::move(machine));
}

const LayoutRule* LayoutProfile::Choose(DType type, MatrixDuty duty,
                                        uint64_t rows, uint64_t columns) const {
  const auto rule = std::find_if(
      rules_.begin(), rules_.end(), [&](const LayoutRule& candidate) {
        return candidate.AppliesTo(type, duty, rows, columns);
      });
  return rule == rules_.end() ? nullptr : &*rule;
}

std::string LayoutProfile::Text() const {
  std::string text = absl::StrCat(kFirstLine, kVersion, "\n");
  for (const MachineField& field : kMachineFields) {
    const std::string value = TextThatParses(machine_.*field.text);
    if (!value.empty()) {
      absl::StrAppend(&text, field.name, ": ", value, "\n");
    }
  }
  if (machine_.threads != 0) {
    absl::StrAppend(&text, kThreads, ": ", machine_.threads, "\n");
  }
  for (const LayoutRule& rule : rules_) {
    absl::StrAppend(&text, LayoutRuleText(rule), "\n");
  }
  return text;
}

}  // namespace tessera
