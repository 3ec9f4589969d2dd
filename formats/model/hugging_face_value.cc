#include "formats/model/hugging_face_value.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "formats/json/json_member.h"
#include "formats/model/config_field.h"

namespace tessera {
namespace {

absl::Status Unexpected(absl::string_view key, JsonValue value,
                        absl::string_view expected) {
  return ConfigError(
      key, absl::StrCat("is ", JsonText(value), ", expected ", expected));
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> FindConfigCount(JsonValue object,
                                                        absl::string_view key,
                                                        bool zero_is_none) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value()) return std::nullopt;
  const absl::StatusOr<uint64_t> count = JsonUint(*value);
  if (count.ok() && *count == 0 && zero_is_none) return std::nullopt;
  if (!count.ok() || *count == 0 || *count > kMaxConfigCount) {
    return Unexpected(key, *value, "a positive integer");
  }
  return *count;
}

absl::StatusOr<std::optional<uint64_t>> FindExpertCount(JsonValue object,
                                                        absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value() || !value->is_array()) {
    return FindConfigCount(object, key, /*zero_is_none=*/true);
  }
  const absl::StatusOr<std::vector<uint64_t>> counts = JsonUintArray(*value);
  uint64_t largest = 0;
  for (const uint64_t count : counts.value_or(std::vector<uint64_t>())) {
    largest = std::max(largest, count);
  }
  if (!counts.ok() || largest > kMaxConfigCount) {
    return Unexpected(key, *value, "a count, or one for each layer");
  }
  return largest == 0 ? std::nullopt : std::optional<uint64_t>(largest);
}

absl::StatusOr<std::optional<double>> FindConfigNumber(JsonValue object,
                                                       absl::string_view key,
                                                       bool zero_is_none) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value()) return std::nullopt;
  double number = 0;
  const bool is_number = value->get(number) == simdjson::SUCCESS;
  if (is_number && number == 0 && zero_is_none) return std::nullopt;
  if (!is_number || !std::isfinite(static_cast<float>(number)) || number <= 0) {
    return Unexpected(key, *value, "a positive number");
  }
  return number;
}

absl::StatusOr<std::optional<bool>> FindConfigFlag(JsonValue object,
                                                   absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value()) return std::nullopt;
  bool flag = false;
  if (value->get(flag) != simdjson::SUCCESS) {
    return Unexpected(key, *value, "true or false");
  }
  return flag;
}

absl::Status ConfigError(absl::string_view key, absl::string_view problem) {
  return absl::DataLossError(
      absl::StrCat("config.json: ", absl::CHexEscape(key), " ", problem));
}

std::string NotUnderstood(absl::string_view key, JsonValue value) {
  return absl::StrCat("config.json: ", absl::CHexEscape(key), ": ",
                      JsonText(value), " is not understood");
}

}  // namespace tessera
