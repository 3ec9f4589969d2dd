// Protobuf messages as JSON.
#ifndef FORMATS_JSON_MESSAGE_JSON_H_
#define FORMATS_JSON_MESSAGE_JSON_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"
#include "formats/json/message_utf8.h"  // IWYU pragma: export

namespace tessera {

// `message` as one JSON object, with the names of the .proto file, all its
// fields, and a line end; over several lines if `indented`. Strings that are
// not UTF-8 are escaped, as MakeUtf8 (message_utf8.h) does.
absl::StatusOr<std::string> MessageAsJson(
    const google::protobuf::Message& message, bool indented);

}  // namespace tessera

#endif  // FORMATS_JSON_MESSAGE_JSON_H_
