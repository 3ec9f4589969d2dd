// Protobuf messages as JSON.
#ifndef FORMATS_JSON_MESSAGE_JSON_H_
#define FORMATS_JSON_MESSAGE_JSON_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"

namespace tessera {

// `message` as one JSON object, with the names of the .proto file, all its
// fields, and a line end; over several lines if `indented`. Internal if a string
// in it is not UTF-8: pass what comes from outside through AsUtf8.
absl::StatusOr<std::string> MessageAsJson(
    const google::protobuf::Message& message, bool indented);

// `text`, escaped as in C where it is not UTF-8: names of files and tensors
// need not be.
std::string AsUtf8(const std::string& text);

}  // namespace tessera

#endif  // FORMATS_JSON_MESSAGE_JSON_H_
