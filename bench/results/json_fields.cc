#include "bench/results/json_fields.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

using simdjson::dom::element_type;

// A message of json_document.h after the name of its value.
absl::Status Named(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(path.empty() ? "" : path,
                                   path.empty() ? "" : " ", status.message()));
}

absl::Status NoFieldValue() {
  return absl::DataLossError(
      "is none of what a record has: strings, numbers, bools, and lists of "
      "numbers or of strings");
}

absl::StatusOr<int64_t> SignedInteger(JsonValue value) {
  int64_t number;
  if (value.get(number) == simdjson::SUCCESS) return number;
  return absl::DataLossError(value.is_uint64() ? "is larger than 2^63 - 1"
                                               : "is no integer");
}

absl::StatusOr<std::vector<std::string>> Strings(
    const std::vector<JsonValue>& elements) {
  std::vector<std::string> strings;
  for (const JsonValue element : elements) {
    TESSERA_ASSIGN_OR_RETURN(const absl::string_view text, JsonString(element));
    strings.emplace_back(text);
  }
  return strings;
}

// Integers if all are, and at least one.
absl::StatusOr<Field::Value> NumberList(
    const std::vector<JsonValue>& elements) {
  std::vector<int64_t> integers;
  std::vector<double> numbers;
  for (const JsonValue element : elements) {
    if (!element.is_number()) return NoFieldValue();
    numbers.push_back(element.get_double().value_unsafe());
    if (element.is_int64()) {
      integers.push_back(element.get_int64().value_unsafe());
    }
  }
  if (integers.empty() || integers.size() != numbers.size()) return numbers;
  return integers;
}

absl::StatusOr<Field::Value> FieldValue(JsonValue value) {
  switch (value.type()) {
    case element_type::STRING: {
      TESSERA_ASSIGN_OR_RETURN(const absl::string_view text, JsonString(value));
      return std::string(text);
    }
    case element_type::INT64:
    case element_type::UINT64:
      return SignedInteger(value);
    case element_type::DOUBLE:
      return value.get_double().value_unsafe();
    case element_type::BOOL:
      return value.get_bool().value_unsafe();
    case element_type::ARRAY: {
      TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> elements,
                               JsonElements(value));
      if (elements.empty() || !elements[0].is_string()) {
        return NumberList(elements);
      }
      return Strings(elements);
    }
    default:
      return NoFieldValue();
  }
}

}  // namespace

absl::StatusOr<JsonFields> JsonFields::Of(JsonValue value, std::string path) {
  JsonFields fields;
  fields.path_ = std::move(path);
  absl::StatusOr<std::vector<JsonMember>> members = JsonMembers(value);
  if (!members.ok()) return Named(fields.path_, members.status());
  fields.members_ = *std::move(members);
  return fields;
}

std::string JsonFields::PathOf(absl::string_view key) const {
  return path_.empty() ? std::string(key) : absl::StrCat(path_, ".", key);
}

bool JsonFields::Has(absl::string_view key) const {
  for (const JsonMember& member : members_) {
    if (member.key == key) return true;
  }
  return false;
}

absl::StatusOr<JsonValue> JsonFields::Member(absl::string_view key) const {
  for (const JsonMember& member : members_) {
    if (member.key == key) return member.value;
  }
  return absl::DataLossError(absl::StrCat(PathOf(key), " is missing"));
}

absl::StatusOr<JsonFields> JsonFields::Object(absl::string_view key) const {
  TESSERA_ASSIGN_OR_RETURN(const JsonValue value, Member(key));
  return Of(value, PathOf(key));
}

absl::StatusOr<std::vector<JsonValue>> JsonFields::List(
    absl::string_view key) const {
  TESSERA_ASSIGN_OR_RETURN(const JsonValue value, Member(key));
  absl::StatusOr<std::vector<JsonValue>> elements = JsonElements(value);
  if (!elements.ok()) return Named(PathOf(key), elements.status());
  return elements;
}

absl::Status JsonFields::Take(absl::string_view key, std::string* value) const {
  TESSERA_ASSIGN_OR_RETURN(const JsonValue member, Member(key));
  const absl::StatusOr<absl::string_view> text = JsonString(member);
  if (!text.ok()) return Named(PathOf(key), text.status());
  *value = std::string(*text);
  return absl::OkStatus();
}

absl::Status JsonFields::Take(absl::string_view key, int64_t* value) const {
  TESSERA_ASSIGN_OR_RETURN(const JsonValue member, Member(key));
  const absl::StatusOr<int64_t> number = SignedInteger(member);
  if (!number.ok()) return Named(PathOf(key), number.status());
  *value = *number;
  return absl::OkStatus();
}

absl::Status JsonFields::Take(absl::string_view key, bool* value) const {
  TESSERA_ASSIGN_OR_RETURN(const JsonValue member, Member(key));
  if (member.get(*value) == simdjson::SUCCESS) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(PathOf(key), " is no bool"));
}

absl::Status JsonFields::Take(absl::string_view key,
                              std::vector<std::string>* value) const {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> elements, List(key));
  absl::StatusOr<std::vector<std::string>> strings = Strings(elements);
  if (!strings.ok()) {
    return absl::DataLossError(
        absl::StrCat(PathOf(key), " is no list of strings"));
  }
  *value = *std::move(strings);
  return absl::OkStatus();
}

absl::StatusOr<Record> JsonFields::AllAsRecord() const {
  Record record;
  for (const JsonMember& member : members_) {
    absl::StatusOr<Field::Value> value = FieldValue(member.value);
    if (!value.ok()) return Named(PathOf(member.key), value.status());
    record.push_back({std::string(member.key), *std::move(value)});
  }
  return record;
}

}  // namespace tessera
