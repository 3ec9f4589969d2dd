// Optional members of Hugging Face's JSON files, where null means absent.
#ifndef CONVERTER_SOURCE_HF_JSON_H_
#define CONVERTER_SOURCE_HF_JSON_H_

#include <optional>
#include <string_view>

#include "absl/strings/string_view.h"
#include "formats/json/json_document.h"

namespace tessera {

// The member `key` of `object`, or nullopt if it is missing or null, or
// `object` is no object.
inline std::optional<JsonValue> FindMember(JsonValue object,
                                           absl::string_view key) {
  JsonValue value;
  const std::string_view name(key.data(), key.size());
  if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) {
    return std::nullopt;
  }
  return value;
}

// That member if it is a string, else "".
inline absl::string_view FindText(JsonValue object, absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value()) return "";
  const absl::StatusOr<absl::string_view> text = JsonString(*value);
  return text.ok() ? *text : absl::string_view();
}

// That member if it is a bool.
inline std::optional<bool> FindBool(JsonValue object, absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  bool flag = false;
  if (!value.has_value() || value->get(flag) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return flag;
}

}  // namespace tessera

#endif  // CONVERTER_SOURCE_HF_JSON_H_
