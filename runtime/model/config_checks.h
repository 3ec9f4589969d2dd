// Checks of single values of a model configuration. DataLoss, naming the field,
// for a value that cannot be.
#ifndef RUNTIME_MODEL_CONFIG_CHECKS_H_
#define RUNTIME_MODEL_CONFIG_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace tessera {

// Far above any model, far below where a product of two overflows.
inline constexpr uint64_t kMaxConfigSize = uint64_t{1} << 26;

// The error that says so.
absl::Status WrongConfig(absl::string_view field, absl::string_view found,
                         absl::string_view expected);

// Copies a size to `result` if it is between 1 and kMaxConfigSize.
absl::Status ReadSize(absl::string_view field, uint64_t value, int64_t* result);

// Copies a number to `result` if it is above zero; 0 stands for `neutral`.
absl::Status ReadFactor(absl::string_view field, float value, float neutral,
                        float* result);

// A finite number above zero.
absl::Status CheckPositive(absl::string_view field, double value);

}  // namespace tessera

#endif  // RUNTIME_MODEL_CONFIG_CHECKS_H_
