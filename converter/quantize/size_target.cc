#include "converter/quantize/size_target.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"

namespace tessera {
namespace {

// Beyond any disk, and exact as a double.
constexpr double kMaxBytes = 1e15;

// The factor of "", "B", "k", "MB", "GiB", ...; 0 if it is none of them.
double FactorOf(absl::string_view unit) {
  std::string lower = absl::AsciiStrToLower(unit);
  absl::string_view rest = lower;
  absl::ConsumeSuffix(&rest, "b");
  double base = 1000;
  if (rest.size() == 2 && absl::ConsumeSuffix(&rest, "i")) base = 1024;
  if (rest.empty()) return 1;
  constexpr absl::string_view kPrefixes = "kmgt";
  const size_t power = kPrefixes.find(rest.front());
  if (rest.size() != 1 || power == absl::string_view::npos) return 0;
  return std::pow(base, static_cast<double>(power + 1));
}

}  // namespace

absl::StatusOr<SizeTarget> SizeTarget::ParseBitsPerWeight(
    absl::string_view text) {
  SizeTarget target;
  target.option = "target_bpw";
  target.value = std::string(text);
  if (!absl::SimpleAtod(text, &target.bits_per_weight) ||
      !(target.bits_per_weight > 0 && target.bits_per_weight <= 64)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected bits per weight, a number up to 64, found ", Quoted(text)));
  }
  return target;
}

absl::StatusOr<SizeTarget> SizeTarget::ParseBytes(absl::string_view text) {
  SizeTarget target;
  target.option = "target_size";
  target.value = std::string(text);
  const size_t digits = text.find_first_not_of("0123456789.");
  const absl::string_view number = text.substr(0, digits);
  const absl::string_view unit =
      digits == absl::string_view::npos
          ? absl::string_view()
          : absl::StripAsciiWhitespace(text.substr(digits));
  double value = 0;
  if (absl::SimpleAtod(number, &value)) target.bytes = value * FactorOf(unit);
  if (!(target.bytes >= 1 && target.bytes <= kMaxBytes)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a size such as 4.2G, 700M or 1.5GiB, found ", Quoted(text)));
  }
  return target;
}

uint64_t SizeTarget::BytesFor(uint64_t weights) const {
  if (bytes > 0) return static_cast<uint64_t>(bytes);
  // In long double, so that 4.5 bits of any number of weights are exact.
  return static_cast<uint64_t>(std::floor(
      static_cast<long double>(bits_per_weight) * weights / 8));
}

}  // namespace tessera
