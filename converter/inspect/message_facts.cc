#include "converter/inspect/message_facts.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tessera {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

FactGroup::Fact ScalarFact(const std::string& name, const Message& message,
                           const FieldDescriptor* field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_UINT32:
      return NumberFact(name, reflection.GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return NumberFact(name, reflection.GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return NumberFact(name, reflection.GetFloat(message, field));
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool value = reflection.GetBool(message, field);
      return {name, value ? "true" : "false", GgufValue::Scalar(value)};
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return {name, reflection.GetString(message, field)};
    case FieldDescriptor::CPPTYPE_ENUM:
      return {name, std::string(reflection.GetEnum(message, field)->name())};
    default:
      return {name, ""};
  }
}

std::string FieldsText(const Message& message);

// A sentence, a number, or a message on one line.
std::string ElementText(const Message& message, const FieldDescriptor* field,
                        int index) {
  const Reflection& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FieldsText(reflection.GetRepeatedMessage(message, field, index));
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetRepeatedString(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection.GetRepeatedUInt32(message, field, index));
    default:
      return "";
  }
}

void AddFields(const Message& message, const std::string& prefix,
               FactGroup* group) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = prefix + field->name();
    if (field->is_repeated()) {
      const int count = message.GetReflection()->FieldSize(message, field);
      for (int i = 0; i < count; ++i) {
        group->facts.push_back(
            {name, ElementText(message, field, i), {}, /*repeated=*/true});
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddFields(message.GetReflection()->GetMessage(message, field), name + ".",
                group);
    } else {
      group->facts.push_back(ScalarFact(name, message, field));
    }
  }
}

// "-" if no field is set.
std::string FieldsText(const Message& message) {
  FactGroup fields;
  AddFields(message, "", &fields);
  if (fields.facts.empty()) return "-";
  return absl::StrJoin(fields.facts, ", ",
                       [](std::string* text, const FactGroup::Fact& fact) {
                         absl::StrAppend(text, fact.name, " ", fact.value);
                       });
}

}  // namespace

FactGroup MessageFacts(const std::string& title, const Message& message) {
  FactGroup group = {title, {}};
  AddFields(message, "", &group);
  return group;
}

}  // namespace tessera
