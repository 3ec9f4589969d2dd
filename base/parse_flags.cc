#include "base/parse_flags.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "absl/flags/commandlineflag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/edit_distance.h"
#include "base/own_flags.h"
#include "base/quoted.h"
#include "base/repeated_flag.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

using Aliases = absl::Span<const FlagAlias>;

// Values that came from the environment, by flag.
std::map<std::string, std::string, std::less<>>& EnvironmentValues() {
  static auto& values = *new std::map<std::string, std::string, std::less<>>;
  return values;
}

const FlagAlias* FindAlias(Aliases aliases, absl::string_view name) {
  const auto* alias =
      std::find_if(aliases.begin(), aliases.end(),
                   [&](const FlagAlias& it) { return it.name == name; });
  return alias == aliases.end() ? nullptr : alias;
}

// "--prompt" for "--promt"; empty if nothing is near.
std::string NearestFlag(absl::string_view name, Aliases aliases) {
  size_t least = TypingMistakes(name.size());
  std::string nearest;
  const auto consider = [&](absl::string_view candidate,
                            absl::string_view flag) {
    if (candidate.size() < 2) return;
    const size_t distance = EditDistance(name, candidate);
    if (distance >= least) return;
    least = distance;
    nearest = absl::StrCat("--", flag);
  };
  for (const absl::CommandLineFlag* flag : OwnFlags()) {
    consider(flag->Name(), flag->Name());
    if (flag->IsOfType<bool>()) {
      const std::string negation = absl::StrCat("no", flag->Name());
      consider(negation, negation);
    }
  }
  for (const FlagAlias& alias : aliases) {
    if (!alias.flag.empty()) consider(alias.name, alias.flag);
  }
  return nearest;
}

struct NamedFlag {
  absl::CommandLineFlag* flag = nullptr;
  bool negated = false;
  std::string value_behind_name;  // "64" of "-n64"
};

// The boolean that "no" or "no_" and its name negates, or null.
absl::CommandLineFlag* FindNegated(absl::string_view name, Aliases aliases) {
  if (!absl::ConsumePrefix(&name, "no")) return nullptr;
  for (const absl::string_view rest : {name, absl::StripPrefix(name, "_")}) {
    const FlagAlias* alias = FindAlias(aliases, rest);
    absl::CommandLineFlag* flag =
        FindOwnFlag(alias == nullptr ? rest : alias->flag);
    if (flag != nullptr && flag->IsOfType<bool>()) return flag;
  }
  return nullptr;
}

// Whether `argument`, without its dash, is a short name with a number.
bool HasNumberBehindLetter(absl::string_view argument, Aliases aliases) {
  if (argument.size() < 2 || !FindAlias(aliases, argument.substr(0, 1))) {
    return false;
  }
  return absl::ascii_isdigit(argument[1]) ||
         (argument[1] == '-' && argument.size() > 2 &&
          absl::ascii_isdigit(argument[2]));
}

// The flag that `name` stands for, which is what is written between the dashes
// and "=".
absl::StatusOr<NamedFlag> FindFlag(absl::string_view dashes,
                                   absl::string_view written, Aliases aliases) {
  const std::string name = absl::StrReplaceAll(written, {{"-", "_"}});
  NamedFlag found;
  if ((found.flag = FindOwnFlag(name)) != nullptr) return found;
  if (const FlagAlias* alias = FindAlias(aliases, name)) {
    if ((found.flag = FindOwnFlag(alias->flag)) != nullptr) return found;
    return absl::InvalidArgumentError(
        absl::StrCat(dashes, written, ": ", alias->why_not));
  }
  if ((found.flag = FindNegated(name, aliases)) != nullptr) {
    found.negated = true;
    return found;
  }
  if (dashes == "-" && HasNumberBehindLetter(written, aliases)) {
    const FlagAlias* alias = FindAlias(aliases, written.substr(0, 1));
    found.flag = FindOwnFlag(alias->flag);
    found.value_behind_name = std::string(written.substr(1));
    if (found.flag != nullptr && !found.flag->IsOfType<bool>()) return found;
  }
  const std::string nearest = NearestFlag(name, aliases);
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown flag ", Quoted(absl::StrCat(dashes, written)),
      nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
}

// What a value of the flag's type is, for types whose parser does not say.
std::string ExpectedBy(const absl::CommandLineFlag& flag) {
  const auto integers = [](auto least, auto most) {
    return absl::StrCat("a whole number from ", least, " to ", most);
  };
  if (flag.IsOfType<bool>()) return "true or false";
  if (flag.IsOfType<int32_t>()) return integers(INT32_MIN, INT32_MAX);
  if (flag.IsOfType<int64_t>()) return integers(INT64_MIN, INT64_MAX);
  if (flag.IsOfType<uint32_t>()) return integers(0, UINT32_MAX);
  if (flag.IsOfType<uint64_t>()) return integers(0, UINT64_MAX);
  const bool real = flag.IsOfType<double>() || flag.IsOfType<float>();
  return real ? "a number" : "another value";
}

// Sets `flag`. `name` is what the user called it: "--threads",
// "TESSERA_THREADS".
absl::Status SetFlag(absl::CommandLineFlag& flag, absl::string_view name,
                     absl::string_view value) {
  std::string error;
  if (flag.IsOfType<RepeatedFlag>()) {
    // What the environment says is a default, to which nothing is added.
    const std::string before = IsFromEnvironment(flag.Name())
                                   ? flag.DefaultValue()
                                   : flag.CurrentValue();
    flag.ParseFrom(absl::StrCat(before, absl::CEscape(value), "\n"), &error);
    return absl::OkStatus();
  }
  if (flag.ParseFrom(value, &error)) return absl::OkStatus();
  // Abseil's own words end with the name of the flag; behind them is what the
  // parser of the flag's type said, if it did.
  const std::string before = absl::StrCat("flag '", flag.Name(), "'; ");
  constexpr absl::string_view kFirst = "Illegal value '";
  const size_t start = error.find(before, kFirst.size() + value.size());
  return absl::InvalidArgumentError(absl::StrCat(
      name, ": ",
      start == std::string::npos ? absl::StrCat("expected ", ExpectedBy(flag),
                                                ", found ", Quoted(value))
                                 : error.substr(start + before.size())));
}

// Sets the flag that `argument` ("--name" or "--name=value") names; takes its
// value from `next` if it has to, and says so.
absl::Status SetFlagFromArgument(absl::string_view argument,
                                 const std::string* next, Aliases aliases,
                                 bool* used_next) {
  *used_next = false;
  absl::string_view written = argument;
  absl::ConsumePrefix(&written, "-");
  absl::ConsumePrefix(&written, "-");
  const absl::string_view dashes =
      argument.substr(0, argument.size() - written.size());
  const size_t equals = written.find('=');
  TESSERA_ASSIGN_OR_RETURN(
      const NamedFlag found,
      FindFlag(dashes, written.substr(0, equals), aliases));
  absl::CommandLineFlag& flag = *found.flag;
  const std::string name = absl::StrCat("--", flag.Name());
  if (equals != absl::string_view::npos) {
    if (found.negated) {
      return absl::InvalidArgumentError(
          absl::StrCat("--no", flag.Name(), " takes no value; write ", name));
    }
    return SetFlag(flag, name, written.substr(equals + 1));
  }
  if (flag.IsOfType<bool>()) {
    return SetFlag(flag, name, found.negated ? "0" : "1");
  }
  if (!found.value_behind_name.empty()) {
    return SetFlag(flag, name, found.value_behind_name);
  }
  if (next == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(name, " needs a value"));
  }
  *used_next = true;
  return SetFlag(flag, name, *next);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseFlags(
    absl::Span<const std::string> arguments, Aliases aliases) {
  std::vector<std::string> positional;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      positional.insert(positional.end(), arguments.begin() + i + 1,
                        arguments.end());
      break;
    }
    if (argument.size() < 2 || argument[0] != '-') {
      positional.push_back(argument);
      continue;
    }
    const std::string* next =
        i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    bool used_next = false;
    TESSERA_RETURN_IF_ERROR(
        SetFlagFromArgument(argument, next, aliases, &used_next));
    if (used_next) ++i;
  }
  return positional;
}

std::string FlagVariable(absl::string_view flag) {
  // What TESSERA_ISA names is the kernels' instruction set.
  if (flag == "isa") return "";
  return absl::StrCat("TESSERA_", absl::AsciiStrToUpper(flag));
}

absl::Status SetFlagsFromEnvironment() {
  for (const absl::CommandLineFlag* own : OwnFlags()) {
    const std::string variable = FlagVariable(own->Name());
    const char* value = variable.empty() ? nullptr : getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    absl::CommandLineFlag& flag = *FindOwnFlag(own->Name());
    TESSERA_RETURN_IF_ERROR(SetFlag(flag, variable, value));
    EnvironmentValues()[std::string(flag.Name())] = flag.CurrentValue();
  }
  return absl::OkStatus();
}

bool IsFromEnvironment(absl::string_view flag) {
  const auto value = EnvironmentValues().find(flag);
  if (value == EnvironmentValues().end()) return false;
  const absl::CommandLineFlag* own = FindOwnFlag(flag);
  return own != nullptr && own->CurrentValue() == value->second;
}

}  // namespace tessera
