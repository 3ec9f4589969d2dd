#include "runtime/chat/json_values.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera::jinja {
namespace {

constexpr absl::string_view kRoles[] = {
    "assistant", "developer", "document",      "environment", "function",
    "ipython",   "model",     "observation",   "system",      "tool",
    "user",      "human",     "tool_response", "tool_result", "tool_call"};

class Reader {
 public:
  explicit Reader(ValueHeap& heap) : heap_(heap) {}

  absl::StatusOr<Value> Read(JsonValue json) {
    using Type = simdjson::dom::element_type;
    TESSERA_RETURN_IF_ERROR(heap_.SpendBytes(64));
    switch (json.type()) {
      case Type::NULL_VALUE:
        return Value::None().WithOutside(true);
      case Type::BOOL:
        return Value::Bool(bool(json)).WithOutside(true);
      case Type::INT64:
        return Value::Int(int64_t(json)).WithOutside(true);
      case Type::UINT64:
        return absl::UnimplementedError(absl::StrCat(
            "the integer ", uint64_t(json), " is beyond 64 bits with a sign"));
      case Type::DOUBLE:
        return Value::Float(double(json)).WithOutside(true);
      case Type::STRING: {
        TESSERA_ASSIGN_OR_RETURN(const absl::string_view text,
                                 JsonString(json));
        return heap_.Text(text, true);
      }
      case Type::ARRAY:
        return ReadArray(json);
      case Type::OBJECT:
        return ReadObject(json);
    }
    return absl::InternalError("unknown type in JSON");
  }

 private:
  absl::StatusOr<Value> ReadArray(JsonValue json) {
    TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> elements,
                             JsonElements(json));
    std::vector<Value> items;
    for (const JsonValue element : elements) {
      TESSERA_ASSIGN_OR_RETURN(Value item, Read(element));
      items.push_back(std::move(item));
    }
    return heap_.List(std::move(items));
  }

  absl::StatusOr<Value> ReadObject(JsonValue json) {
    TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonMember> members,
                             JsonMembers(json));
    TESSERA_ASSIGN_OR_RETURN(DictObject * dict, heap_.Dict());
    const int level = ++objects_;
    for (const JsonMember& member : members) {
      TESSERA_RETURN_IF_ERROR(heap_.SpendEntry());
      if (level == 1) in_messages_ = member.key == "messages";
      TESSERA_ASSIGN_OR_RETURN(const Value key, heap_.Text(member.key, true));
      Value value;
      if (level == 2 && in_messages_ && member.key == "role" &&
          member.value.is_string()) {
        TESSERA_ASSIGN_OR_RETURN(const absl::string_view role,
                                 JsonString(member.value));
        TESSERA_ASSIGN_OR_RETURN(value, RoleValue(heap_, role));
      } else {
        TESSERA_ASSIGN_OR_RETURN(value, Read(member.value));
      }
      TESSERA_RETURN_IF_ERROR(dict->Set(key, value));
    }
    --objects_;
    return Value::Of(ValueKind::kDict, dict);
  }

  ValueHeap& heap_;
  int objects_ = 0;  // within each other
  bool in_messages_ = false;
};

}  // namespace

absl::StatusOr<Value> RoleValue(ValueHeap& heap, absl::string_view role) {
  const bool known =
      std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
  return heap.Text(role, !known);
}

absl::StatusOr<Value> ValueFromJson(ValueHeap& heap, JsonValue json) {
  return Reader(heap).Read(json);
}

}  // namespace tessera::jinja
