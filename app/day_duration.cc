#include "app/day_duration.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"

namespace tessera {
namespace {

constexpr double kMostDays = 36500;

absl::Duration UnitOf(char unit) {
  switch (unit) {
    case 'd':
      return absl::Hours(24);
    case 'h':
      return absl::Hours(1);
    case 'm':
      return absl::Minutes(1);
    case 's':
      return absl::Seconds(1);
    default:
      return absl::ZeroDuration();
  }
}

}  // namespace

bool AbslParseFlag(absl::string_view text, DayDuration* flag,
                   std::string* error) {
  if (text == "0") {
    flag->duration = absl::ZeroDuration();
    return true;
  }
  const absl::Duration unit =
      text.empty() ? absl::ZeroDuration() : UnitOf(text.back());
  double number = 0;
  if (unit == absl::ZeroDuration() ||
      !absl::SimpleAtod(text.substr(0, text.size() - 1), &number) ||
      !std::isfinite(number) || number < 0 ||
      number * unit > kMostDays * absl::Hours(24)) {
    *error = absl::StrCat("expected a time such as 30d, 12h or 90m, found ",
                          Quoted(text));
    return false;
  }
  flag->duration = number * unit;
  return true;
}

std::string AbslUnparseFlag(const DayDuration& flag) {
  if (flag.duration == absl::ZeroDuration()) return "0";
  return absl::StrCat(absl::ToDoubleHours(flag.duration), "h");
}

}  // namespace tessera
