#include "formats/json/message_json.h"

#include <google/protobuf/descriptor.h>

#include <string>

#include "absl/strings/escaping.h"

namespace tessera {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Of reflection's functions for fields and for elements of repeated ones, those
// that read element `index`, or the field if that is negative.
class FieldValue {
 public:
  FieldValue(const Message& message, const FieldDescriptor* field, int index)
      : message_(message),
        reflection_(*message.GetReflection()),
        field_(field),
        index_(index) {}

  void Write(JsonWriter* json) const;

 private:
  template <typename T>
  T Get(T (Reflection::*get)(const Message&, const FieldDescriptor*) const,
        T (Reflection::*get_repeated)(const Message&, const FieldDescriptor*,
                                      int) const) const {
    return index_ < 0 ? (reflection_.*get)(message_, field_)
                      : (reflection_.*get_repeated)(message_, field_, index_);
  }
  const Message& SubMessage() const {
    return index_ < 0
               ? reflection_.GetMessage(message_, field_)
               : reflection_.GetRepeatedMessage(message_, field_, index_);
  }
  void WriteText(JsonWriter* json) const;

  const Message& message_;
  const Reflection& reflection_;
  const FieldDescriptor* field_;
  const int index_;
};

void FieldValue::WriteText(JsonWriter* json) const {
  const std::string text =
      Get(&Reflection::GetString, &Reflection::GetRepeatedString);
  json->String(field_->type() == FieldDescriptor::TYPE_BYTES
                   ? absl::Base64Escape(text)
                   : text);
}

void FieldValue::Write(JsonWriter* json) const {
  switch (field_->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return json->Number(
          Get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32));
    case FieldDescriptor::CPPTYPE_INT64:
      return json->Number(
          Get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64));
    case FieldDescriptor::CPPTYPE_UINT32:
      return json->Number(
          Get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32));
    case FieldDescriptor::CPPTYPE_UINT64:
      return json->Number(
          Get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return json->Number(
          Get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return json->Number(
          Get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat));
    case FieldDescriptor::CPPTYPE_BOOL:
      return json->Bool(
          Get(&Reflection::GetBool, &Reflection::GetRepeatedBool));
    case FieldDescriptor::CPPTYPE_ENUM:
      return json->String(
          Get(&Reflection::GetEnum, &Reflection::GetRepeatedEnum)->name());
    case FieldDescriptor::CPPTYPE_STRING:
      return WriteText(json);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WriteMessage(SubMessage(), json);
  }
}

void WriteRepeated(const Message& message, const FieldDescriptor* field,
                   JsonWriter* json) {
  const bool is_long = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ||
                       field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  is_long ? json->BeginArray() : json->BeginLine();
  const int count = message.GetReflection()->FieldSize(message, field);
  for (int i = 0; i < count; ++i) FieldValue(message, field, i).Write(json);
  json->EndArray();
}

}  // namespace

void WriteMessage(const Message& message, JsonWriter* json) {
  const Descriptor& descriptor = *message.GetDescriptor();
  json->BeginObject();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* field = descriptor.field(i);
    if (field->has_presence() &&
        !message.GetReflection()->HasField(message, field)) {
      continue;
    }
    json->Key(field->name());
    if (field->is_repeated()) {
      WriteRepeated(message, field, json);
    } else {
      FieldValue(message, field, -1).Write(json);
    }
  }
  json->EndObject();
}

absl::StatusOr<std::string> MessageAsJson(const Message& message,
                                          bool indented) {
  JsonWriter json(indented);
  WriteMessage(message, &json);
  return json.Finish();
}

}  // namespace tessera
