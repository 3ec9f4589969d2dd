// What value_operations.h says of elements.
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

bool IsListLike(const Value& value) {
  return value.Is(ValueKind::kList) || value.Is(ValueKind::kTuple);
}

absl::StatusOr<std::vector<Value>> ElementsOfView(ValueHeap& heap,
                                                  const DictViewObject& view) {
  std::vector<Value> result;
  for (const auto& [key, value] : view.dict->entries) {
    switch (view.part) {
      case DictViewObject::Part::kKeys:
        result.push_back(key);
        break;
      case DictViewObject::Part::kValues:
        result.push_back(value);
        break;
      case DictViewObject::Part::kItems: {
        TESSERA_ASSIGN_OR_RETURN(Value item,
                                 heap.List(ValueKind::kTuple, {key, value}));
        result.push_back(std::move(item));
      }
    }
  }
  return result;
}

absl::StatusOr<std::vector<Value>> CharactersOf(ValueHeap& heap,
                                                const MarkedText& text) {
  std::vector<Value> result;
  const absl::string_view bytes = text.bytes();
  TESSERA_RETURN_IF_ERROR(heap.Spend(static_cast<int64_t>(bytes.size())));
  for (size_t at = 0; at < bytes.size();) {
    const size_t size = CharacterSize(bytes.substr(at));
    TESSERA_ASSIGN_OR_RETURN(Value character, heap.Text(text.Part(at, size)));
    result.push_back(std::move(character));
    at += size;
  }
  return result;
}

}  // namespace

absl::StatusOr<int64_t> Length(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kUndefined:
      return 0;
    case ValueKind::kText:
      return CountCharacters(value.bytes());
    case ValueKind::kList:
    case ValueKind::kTuple:
      return static_cast<int64_t>(value.as<ListObject>().items.size());
    case ValueKind::kDict:
      return static_cast<int64_t>(value.as<DictObject>().entries.size());
    case ValueKind::kRange:
      return value.as<RangeObject>().length();
    case ValueKind::kDictView:
      return static_cast<int64_t>(
          value.as<DictViewObject>().dict->entries.size());
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("object of type '", TypeName(value), "' has no len()"));
  }
}

absl::StatusOr<bool> Contains(ValueHeap& heap, const Value& item,
                              const Value& container) {
  TESSERA_RETURN_IF_ERROR(heap.Spend(1));
  switch (container.kind()) {
    case ValueKind::kText: {
      if (!item.IsText()) {
        if (item.IsUndefined()) return WrongType(item, "a string");
        return absl::InvalidArgumentError(
            absl::StrCat("'in <string>' requires string as left operand, not ",
                         TypeName(item)));
      }
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(container.text().size()));
      return memmem(container.bytes().data(), container.bytes().size(),
                    item.bytes().data(), item.bytes().size()) != nullptr;
    }
    case ValueKind::kDict: {
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(HashedBytes(item)));
      TESSERA_ASSIGN_OR_RETURN(const Value* found,
                               container.as<DictObject>().Find(item));
      return found != nullptr;
    }
    case ValueKind::kGenerator: {
      ListObject& list = container.as<ListObject>();
      while (list.next < list.items.size()) {
        TESSERA_ASSIGN_OR_RETURN(const bool equal,
                                 IsEqual(heap, list.items[list.next++], item));
        if (equal) return true;
      }
      return false;
    }
    default:
      break;
  }
  if (!IsIterable(container)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "argument of type '", TypeName(container), "' is not iterable"));
  }
  if (IsListLike(container)) {
    for (const Value& element : container.as<ListObject>().items) {
      TESSERA_ASSIGN_OR_RETURN(const bool equal, IsEqual(heap, element, item));
      if (equal) return true;
    }
    return false;
  }
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> elements,
                           Elements(heap, container));
  for (const Value& element : elements) {
    TESSERA_ASSIGN_OR_RETURN(const bool equal, IsEqual(heap, element, item));
    if (equal) return true;
  }
  return false;
}

bool IsIterable(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kUndefined:
    case ValueKind::kText:
    case ValueKind::kList:
    case ValueKind::kTuple:
    case ValueKind::kDict:
    case ValueKind::kRange:
    case ValueKind::kGenerator:
    case ValueKind::kDictView:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<std::vector<Value>> Elements(ValueHeap& heap,
                                            const Value& value) {
  std::vector<Value> result;
  switch (value.kind()) {
    case ValueKind::kUndefined:
      return result;
    case ValueKind::kText:
      return CharactersOf(heap, value.text());
    case ValueKind::kList:
    case ValueKind::kTuple:
      result = value.as<ListObject>().items;
      break;
    case ValueKind::kGenerator: {
      ListObject& list = value.as<ListObject>();
      result.assign(list.items.begin() + list.next, list.items.end());
      list.next = list.items.size();
      break;
    }
    case ValueKind::kDict:
      for (const auto& entry : value.as<DictObject>().entries) {
        result.push_back(entry.first);
      }
      break;
    case ValueKind::kRange: {
      const auto& range = value.as<RangeObject>();
      const int64_t length = range.length();
      TESSERA_RETURN_IF_ERROR(
          heap.CheckRoom(length * static_cast<int64_t>(sizeof(Value))));
      for (int64_t i = 0; i < length; ++i) {
        result.push_back(Value::Int(range.at(i)));
      }
      break;
    }
    case ValueKind::kDictView: {
      TESSERA_ASSIGN_OR_RETURN(
          result, ElementsOfView(heap, value.as<DictViewObject>()));
      break;
    }
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("'", TypeName(value), "' object is not iterable"));
  }
  TESSERA_RETURN_IF_ERROR(heap.Spend(static_cast<int64_t>(result.size())));
  return result;
}

}  // namespace tessera::jinja
