#include "formats/json/json_document.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/json/json_big_numbers.h"
#include "formats/json/json_error_offset.h"

namespace tessera {
namespace {

absl::string_view TypeName(JsonValue value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "an array";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
      return "an integer";
    case simdjson::dom::element_type::DOUBLE:
      return "a number with fraction or exponent, or beyond 64 bits";
    case simdjson::dom::element_type::STRING:
      return "a string";
    case simdjson::dom::element_type::BOOL:
      return "a bool";
    default:
      return "null";
  }
}

absl::Status Unexpected(JsonValue value, absl::string_view expected) {
  return absl::DataLossError(
      absl::StrCat("is ", TypeName(value), ", expected ", expected));
}

absl::string_view View(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

}  // namespace

absl::StatusOr<JsonDocument> JsonDocument::Parse(absl::string_view text) {
  JsonDocument document;
  document.parser_ = std::make_unique<simdjson::dom::parser>();
  // true: simdjson parses a copy of its own with the padding that it needs.
  simdjson::error_code error =
      document.parser_->parse(text.data(), text.size(), true)
          .get(document.root_);
  // It may be no number that fits, or one of Python's words.
  if (error != simdjson::SUCCESS) {
    const std::string fitting = WithNumbersThatFit(text);
    error = document.parser_->parse(fitting.data(), fitting.size(), true)
                .get(document.root_);
  }
  if (error != simdjson::SUCCESS) {
    const std::optional<size_t> offset = JsonErrorOffset(text);
    return absl::DataLossError(absl::StrCat(
        "is not JSON: ", simdjson::error_message(error),
        offset.has_value() ? absl::StrCat(", from byte ", *offset) : ""));
  }
  return document;
}

absl::StatusOr<std::vector<JsonMember>> JsonMembers(JsonValue value) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return Unexpected(value, "an object");
  }
  std::vector<JsonMember> members;
  absl::flat_hash_set<absl::string_view> keys;
  for (const simdjson::dom::key_value_pair& member : object) {
    const absl::string_view key = View(member.key);
    if (!keys.insert(key).second) {
      return absl::DataLossError(
          absl::StrCat("has the key ", Quoted(key), " twice"));
    }
    members.push_back({key, member.value});
  }
  return members;
}

absl::StatusOr<std::vector<JsonValue>> JsonElements(JsonValue value) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS) {
    return Unexpected(value, "an array");
  }
  std::vector<JsonValue> elements;
  for (JsonValue element : array) elements.push_back(element);
  return elements;
}

absl::StatusOr<absl::string_view> JsonString(JsonValue value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    return Unexpected(value, "a string");
  }
  return View(text);
}

absl::StatusOr<uint64_t> JsonUint(JsonValue value) {
  uint64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  return value.is_int64()
             ? absl::DataLossError("is negative, expected an integer from 0")
             : Unexpected(value, "an integer");
}

absl::StatusOr<std::vector<uint64_t>> JsonUintArray(JsonValue value) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> elements,
                           JsonElements(value));
  std::vector<uint64_t> numbers;
  numbers.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    const absl::StatusOr<uint64_t> number = JsonUint(elements[i]);
    if (!number.ok()) {
      return absl::DataLossError(absl::StrCat("has an element ", i, " that ",
                                              number.status().message()));
    }
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace tessera
