#include "runtime/chat/attribute_path.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "runtime/chat/attributes.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/text_edits.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {

absl::StatusOr<AttributePath> ParseAttributePath(const Value* attribute) {
  AttributePath path;
  if (attribute == nullptr || attribute->IsNone()) return path;
  if (attribute->IsInteger()) return AttributePath{*attribute};
  if (!attribute->IsText()) {
    return WrongType(*attribute, "the name of an attribute");
  }
  for (const absl::string_view part : absl::StrSplit(attribute->bytes(), '.')) {
    int64_t index = 0;
    const bool is_index =
        std::all_of(part.begin(), part.end(), absl::ascii_isdigit) &&
        absl::SimpleAtoi(part, &index);
    path.push_back(is_index ? Value::Int(index) : Value::Word(part));
  }
  return path;
}

absl::StatusOr<Value> Follow(Interpreter& interpreter,
                             const AttributePath& path, Value value) {
  for (const Value& key : path) {
    TESSERA_RETURN_IF_ERROR(interpreter.heap().Spend(1));
    TESSERA_ASSIGN_OR_RETURN(value, GetItem(interpreter, value, key));
  }
  return value;
}

absl::StatusOr<Value> SortKey(Interpreter& interpreter,
                              const AttributePath& path, const Value& value,
                              bool case_sensitive) {
  TESSERA_ASSIGN_OR_RETURN(Value key, Follow(interpreter, path, value));
  if (case_sensitive || !key.IsText()) return key;
  TESSERA_RETURN_IF_ERROR(interpreter.heap().SpendBytes(key.text().size() * 4));
  return interpreter.heap().Text(Converted(key.text(), ToLower));
}

}  // namespace tessera::jinja
