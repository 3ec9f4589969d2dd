// Values of config.json, read strictly.
#ifndef FORMATS_MODEL_HUGGING_FACE_VALUE_H_
#define FORMATS_MODEL_HUGGING_FACE_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "formats/json/json_document.h"

namespace tessera {

// A member of `object`, or nullopt if it is missing or null. DataLoss, naming
// it, if it is something else. `zero_is_none`: 0 means the same as null.
absl::StatusOr<std::optional<uint64_t>> FindConfigCount(
    JsonValue object, absl::string_view key, bool zero_is_none = false);

// The same of a count of experts, which may be a list of one for each layer:
// the largest. 0, or nothing but zeros: nullopt.
absl::StatusOr<std::optional<uint64_t>> FindExpertCount(JsonValue object,
                                                        absl::string_view key);
absl::StatusOr<std::optional<double>> FindConfigNumber(
    JsonValue object, absl::string_view key, bool zero_is_none = false);
absl::StatusOr<std::optional<bool>> FindConfigFlag(JsonValue object,
                                                   absl::string_view key);

// "config.json: KEY PROBLEM".
absl::Status ConfigError(absl::string_view key, absl::string_view problem);

// The sentence for ModelConfig.not_understood.
std::string NotUnderstood(absl::string_view key, JsonValue value);

}  // namespace tessera

#endif  // FORMATS_MODEL_HUGGING_FACE_VALUE_H_
