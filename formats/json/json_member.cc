#include "formats/json/json_member.h"

#include <string_view>

namespace tessera {

std::optional<JsonValue> FindMember(JsonValue object, absl::string_view key) {
  JsonValue value;
  const std::string_view name(key.data(), key.size());
  if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) {
    return std::nullopt;
  }
  return value;
}

absl::string_view FindText(JsonValue object, absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  if (!value.has_value()) return "";
  const absl::StatusOr<absl::string_view> text = JsonString(*value);
  return text.ok() ? *text : absl::string_view();
}

std::optional<bool> FindBool(JsonValue object, absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(object, key);
  bool flag = false;
  if (!value.has_value() || value->get(flag) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  return flag;
}

std::string JsonText(JsonValue value) {
  constexpr size_t kMaxBytes = 64;
  std::string text = simdjson::minify(value);
  if (text.size() <= kMaxBytes) return text;
  size_t size = kMaxBytes;
  // Not in the middle of a UTF-8 sequence.
  while (size > 0 && (text[size] & 0xc0) == 0x80) --size;
  text.resize(size);
  return text + "...";
}

}  // namespace tessera
