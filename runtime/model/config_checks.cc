#include "runtime/model/config_checks.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace tessera {

absl::Status WrongConfig(absl::string_view field, absl::string_view found,
                         absl::string_view expected) {
  return absl::DataLossError(absl::StrCat(
      "model configuration: ", field, " is ", found, ", expected ", expected));
}

absl::Status ReadSize(absl::string_view field, uint64_t value,
                      int64_t* result) {
  if (value == 0 || value > kMaxConfigSize) {
    return WrongConfig(field, absl::StrCat(value),
                       absl::StrCat("1 to ", kMaxConfigSize));
  }
  *result = static_cast<int64_t>(value);
  return absl::OkStatus();
}

absl::Status ReadFactor(absl::string_view field, float value, float neutral,
                        float* result) {
  if (!(std::isfinite(value) && value >= 0)) {
    return WrongConfig(field, absl::StrCat(value), "a positive number");
  }
  *result = value == 0 ? neutral : value;
  return absl::OkStatus();
}

absl::Status CheckPositive(absl::string_view field, double value) {
  if (std::isfinite(value) && value > 0) return absl::OkStatus();
  return WrongConfig(field, absl::StrCat(value), "a positive number");
}

}  // namespace tessera
