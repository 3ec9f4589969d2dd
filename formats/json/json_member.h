// Optional members of JSON objects, where null means absent: how Hugging Face's
// files have them.
#ifndef FORMATS_JSON_JSON_MEMBER_H_
#define FORMATS_JSON_JSON_MEMBER_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "formats/json/json_document.h"

namespace tessera {

// The member `key` of `object`, or nullopt if it is missing or null, or
// `object` is no object.
std::optional<JsonValue> FindMember(JsonValue object, absl::string_view key);

// That member if it is a string, else "".
absl::string_view FindText(JsonValue object, absl::string_view key);

// That member if it is a bool.
std::optional<bool> FindBool(JsonValue object, absl::string_view key);

// `value` as JSON on one line, for messages: what is longer than 64 bytes is
// cut.
std::string JsonText(JsonValue value);

}  // namespace tessera

#endif  // FORMATS_JSON_JSON_MEMBER_H_
