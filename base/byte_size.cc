#include "base/byte_size.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"

namespace tessera {
namespace {

constexpr absl::string_view kPrefixes = "kmgt";

// The factor of a unit, 0 if it is none.
double UnitFactor(std::string unit) {
  absl::AsciiStrToLower(&unit);
  absl::string_view rest = unit;
  absl::ConsumeSuffix(&rest, "b");
  if (rest.empty()) return 1;
  const double base = absl::ConsumeSuffix(&rest, "i") ? 1024 : 1000;
  if (rest.size() != 1) return 0;
  const size_t power = kPrefixes.find(rest[0]);
  if (power == absl::string_view::npos) return 0;
  return std::pow(base, static_cast<double>(power + 1));
}

}  // namespace

absl::StatusOr<uint64_t> ParseByteSize(absl::string_view text) {
  const size_t digits = text.find_first_not_of("0123456789.");
  const absl::string_view number = text.substr(0, digits);
  const absl::string_view unit =
      digits == absl::string_view::npos ? "" : text.substr(digits);
  const double factor =
      UnitFactor(std::string(absl::StripLeadingAsciiWhitespace(unit)));
  double value = 0;
  if (factor == 0 || !absl::SimpleAtod(number, &value)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text),
                     " is no size; expected a number with k, M, G, Ki, Mi, Gi "
                     "or no unit, such as 256MiB"));
  }
  const double bytes = value * factor;
  if (!(bytes < 0x1p63)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " is too large a size"));
  }
  return static_cast<uint64_t>(bytes);
}

bool AbslParseFlag(absl::string_view text, ByteSize* size, std::string* error) {
  const absl::StatusOr<uint64_t> bytes = ParseByteSize(text);
  if (!bytes.ok()) {
    *error = std::string(bytes.status().message());
    return false;
  }
  size->bytes = *bytes;
  return true;
}

std::string AbslUnparseFlag(ByteSize size) {
  constexpr uint64_t kMi = uint64_t{1} << 20;
  if (size.bytes != 0 && size.bytes % kMi == 0) {
    return absl::StrCat(size.bytes / kMi, "MiB");
  }
  return absl::StrCat(size.bytes);
}

}  // namespace tessera
