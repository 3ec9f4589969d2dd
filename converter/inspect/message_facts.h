// The fields of a protobuf message as facts.
#ifndef CONVERTER_INSPECT_MESSAGE_FACTS_H_
#define CONVERTER_INSPECT_MESSAGE_FACTS_H_

#include <google/protobuf/message.h>

#include <string>

#include "converter/inspect/file_description.h"

namespace tessera {

// A group with every field of `message` that is set, in its order, so that a
// new field needs no new code. Fields of a message in it are "name.field"; a
// list is a fact for each element, and of messages each on one line: "window
// 12, rope LOCAL".
FactGroup MessageFacts(const std::string& title,
                       const google::protobuf::Message& message);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MESSAGE_FACTS_H_
