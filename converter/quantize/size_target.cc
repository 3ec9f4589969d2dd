#include "converter/quantize/size_target.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/byte_size.h"
#include "base/quoted.h"
#include "base/status_macros.h"

namespace tessera {
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
  TESSERA_ASSIGN_OR_RETURN(target.bytes, ParseByteSize(text));
  if (target.bytes == 0) {
    return absl::InvalidArgumentError(
        "expected a size such as 4.2G, 700M or 1.5GiB, found no bytes");
  }
  return target;
}

uint64_t SizeTarget::BytesFor(uint64_t weights) const {
  if (bytes > 0) return bytes;
  // In long double, so that 4.5 bits of any number of weights are exact.
  return static_cast<uint64_t>(
      std::floor(static_cast<long double>(bits_per_weight) * weights / 8));
}

}  // namespace tessera
