// Protobuf messages as JSON.
#ifndef FORMATS_JSON_MESSAGE_JSON_H_
#define FORMATS_JSON_MESSAGE_JSON_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"
#include "formats/json/json_writer.h"
#include "formats/json/message_utf8.h"  // IWYU pragma: export

namespace tessera {

// `message` as one JSON object, with the names and the order of the .proto
// file, and a line end; over several lines if `indented`. All its fields but
// messages, members of a oneof and optional ones that are not set. Numbers are
// numbers, of 64 bits too, unlike protobuf's own JSON; what is not finite is
// null (JsonWriter). Enums are names, bytes Base64. Strings that are not UTF-8
// are escaped, as AsUtf8 (message_utf8.h) does.
absl::StatusOr<std::string> MessageAsJson(
    const google::protobuf::Message& message, bool indented);

// The same as a value of a larger document.
void WriteMessage(const google::protobuf::Message& message, JsonWriter* json);

}  // namespace tessera

#endif  // FORMATS_JSON_MESSAGE_JSON_H_
