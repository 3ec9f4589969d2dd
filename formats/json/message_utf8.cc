#include "formats/json/message_utf8.h"

#include <google/protobuf/descriptor.h>
#include <simdjson.h>

#include <vector>

#include "absl/strings/escaping.h"

namespace tessera {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void MakeStringUtf8(const Reflection& reflection, const FieldDescriptor* field,
                    Message* message) {
  std::string scratch;
  if (!field->is_repeated()) {
    const std::string& text =
        reflection.GetStringReference(*message, field, &scratch);
    if (simdjson::validate_utf8(text)) return;
    reflection.SetString(message, field, AsUtf8(text));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
    const std::string& text =
        reflection.GetRepeatedStringReference(*message, field, i, &scratch);
    if (simdjson::validate_utf8(text)) continue;
    reflection.SetRepeatedString(message, field, i, AsUtf8(text));
  }
}

}  // namespace

std::string AsUtf8(const std::string& text) {
  return simdjson::validate_utf8(text) ? text : absl::CHexEscape(text);
}

void MakeUtf8(Message* message) {
  const Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      MakeStringUtf8(reflection, field, message);
    } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      if (!field->is_repeated()) {
        MakeUtf8(reflection.MutableMessage(message, field));
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        MakeUtf8(reflection.MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

}  // namespace tessera
