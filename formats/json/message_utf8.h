// Protobuf messages whose strings come from outside.
#ifndef FORMATS_JSON_MESSAGE_UTF8_H_
#define FORMATS_JSON_MESSAGE_UTF8_H_

#include <google/protobuf/message.h>

#include <string>

namespace tessera {

// `text`, escaped as in C where it is not UTF-8: names of files and tensors
// need not be.
std::string AsUtf8(const std::string& text);

// Applies AsUtf8 to every field of type string in `message`, at any depth. A
// message with other bytes in one of them is written without a word, and read
// by nobody.
void MakeUtf8(google::protobuf::Message* message);

}  // namespace tessera

#endif  // FORMATS_JSON_MESSAGE_UTF8_H_
