#include "runtime/chat/attributes.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/container_methods.h"
#include "runtime/chat/text_methods.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

Value NoAttribute(const Value& object, absl::string_view name) {
  return Value::Undefined(absl::StrCat(
      "'", TypeName(object), " object' has no attribute ", Quoted(name)));
}

Function FindIn(absl::Span<const NamedFunction> methods,
                absl::string_view name) {
  for (const NamedFunction& method : methods) {
    if (method.name == name) return method.function;
  }
  return nullptr;
}

// The attribute proper, or nullopt.
absl::StatusOr<std::optional<Value>> FindAttribute(Interpreter& interpreter,
                                                   const Value& object,
                                                   absl::string_view name) {
  if (object.Is(ValueKind::kAttributes)) {
    TESSERA_ASSIGN_OR_RETURN(
        Value value,
        object.as<AttributesObject>().Attribute(interpreter, name));
    if (!value.IsUndefined()) return value;
    return std::nullopt;
  }
  if (object.Is(ValueKind::kNamespace)) {
    const Value* value = object.as<DictObject>().Find(name);
    return value == nullptr ? std::nullopt : std::make_optional(*value);
  }
  if (object.Is(ValueKind::kTuple) && object.as<ListObject>().is_group) {
    if (name == "grouper") return object.as<ListObject>().items[0];
    if (name == "list") return object.as<ListObject>().items[1];
  }
  if (absl::StartsWith(name, "__") && absl::EndsWith(name, "__")) {
    return Value::Undefined(absl::StrCat("access to attribute ", Quoted(name),
                                         " of '", TypeName(object),
                                         "' object is unsafe"));
  }
  if (const Function method = FindMethod(object, name)) {
    TESSERA_ASSIGN_OR_RETURN(
        BoundFunction * bound,
        interpreter.heap().New<BoundFunction>(method, object));
    return Value::Of(ValueKind::kCallable, bound);
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<Value>> ItemAt(ValueHeap& heap,
                                            const Value& object,
                                            int64_t index) {
  TESSERA_ASSIGN_OR_RETURN(const int64_t length, Length(object));
  if (index < 0) index += length;
  if (index < 0 || index >= length) return std::nullopt;
  switch (object.kind()) {
    case ValueKind::kText: {
      const MarkedText& text = object.text();
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(text.size() * 8));
      const size_t begin = CharacterOffset(text.bytes(), index);
      const size_t size =
          CharacterSize(absl::string_view(text.bytes()).substr(begin));
      TESSERA_ASSIGN_OR_RETURN(const Value item,
                               heap.Text(text.Part(begin, size)));
      return item.AsMarkup(object.is_markup());
    }
    case ValueKind::kRange:
      return Value::Int(object.as<RangeObject>().at(index));
    default:
      return object.as<ListObject>().items[index];
  }
}

absl::StatusOr<std::optional<Value>> FindItem(ValueHeap& heap,
                                              const Value& object,
                                              const Value& key) {
  switch (object.kind()) {
    case ValueKind::kDict: {
      TESSERA_RETURN_IF_ERROR(heap.SpendBytes(HashedBytes(key)));
      const absl::StatusOr<const Value*> found =
          object.as<DictObject>().Find(key);
      if (!found.ok() || *found == nullptr) return std::nullopt;
      return **found;
    }
    case ValueKind::kText:
    case ValueKind::kList:
    case ValueKind::kTuple:
    case ValueKind::kRange:
      if (!key.IsInteger()) return std::nullopt;
      return ItemAt(heap, object, key.integer());
    default:
      return std::nullopt;
  }
}

absl::Status AskedUndefined(const Value& object) {
  return absl::InvalidArgumentError(object.what());
}

struct SliceBounds {
  int64_t start;
  int64_t step;
  int64_t count;
};

absl::StatusOr<SliceBounds> BoundsOf(int64_t length, const Value* start,
                                     const Value* stop, const Value* step) {
  for (const Value* part : {start, stop, step}) {
    if (part != nullptr && !part->IsNone() && !part->IsInteger()) {
      return WrongType(*part, "an integer as slice index");
    }
  }
  const auto given = [](const Value* part) {
    return part != nullptr && !part->IsNone();
  };
  const int64_t by =
      given(step) ? std::max<int64_t>(step->integer(), -INT64_MAX) : 1;
  if (by == 0) {
    return absl::InvalidArgumentError("slice step cannot be zero");
  }
  const int64_t least = by > 0 ? 0 : -1;
  const int64_t most = by > 0 ? length : length - 1;
  const auto clamp = [&](const Value* part, int64_t standard) {
    if (!given(part)) return standard;
    const int64_t index = part->integer();
    return index < 0 ? std::max(index + length, least) : std::min(index, most);
  };
  const int64_t from = clamp(start, by > 0 ? least : most);
  const int64_t to = clamp(stop, by > 0 ? most : least);
  const int64_t distance = by > 0 ? to - from : from - to;
  if (distance <= 0) return SliceBounds{from, by, 0};
  return SliceBounds{from, by, (distance - 1) / std::abs(by) + 1};
}

absl::StatusOr<Value> SliceOfText(ValueHeap& heap, const MarkedText& text,
                                  const SliceBounds& bounds) {
  TESSERA_RETURN_IF_ERROR(heap.SpendBytes(text.size() * 8));
  if (bounds.step == 1) {
    const absl::string_view bytes = text.bytes();
    const size_t begin = CharacterOffset(bytes, bounds.start);
    return heap.Text(
        text.Part(begin, CharacterOffset(bytes.substr(begin), bounds.count)));
  }
  std::vector<size_t> offsets;
  const absl::string_view bytes = text.bytes();
  TESSERA_RETURN_IF_ERROR(
      heap.CheckRoom(static_cast<int64_t>(bytes.size() * sizeof(size_t))));
  for (size_t at = 0; at < bytes.size();
       at += CharacterSize(bytes.substr(at))) {
    offsets.push_back(at);
  }
  offsets.push_back(bytes.size());
  TESSERA_RETURN_IF_ERROR(heap.Spend(bounds.count / 4));
  MarkedText result;
  for (int64_t i = 0; i < bounds.count; ++i) {
    const int64_t at = bounds.start + i * bounds.step;
    result.AppendPart(text, offsets[at], offsets[at + 1] - offsets[at]);
  }
  return heap.Text(std::move(result));
}

}  // namespace

Function FindMethod(const Value& object, absl::string_view name) {
  switch (object.kind()) {
    case ValueKind::kText:
      return FindIn(TextMethods(), name);
    case ValueKind::kList:
      return FindIn(ListMethods(), name);
    case ValueKind::kTuple:
      return FindIn(TupleMethods(), name);
    case ValueKind::kDict:
      return FindIn(DictMethods(), name);
    default:
      return nullptr;
  }
}

absl::StatusOr<Value> GetAttribute(Interpreter& interpreter,
                                   const Value& object,
                                   absl::string_view name) {
  if (object.IsUndefined()) return AskedUndefined(object);
  if (object.IsDict()) {
    // The common case: no method is made for a key that hides none.
    if (FindMethod(object, name) == nullptr) {
      const Value* value = object.as<DictObject>().Find(name);
      if (value != nullptr) return *value;
    }
  }
  TESSERA_ASSIGN_OR_RETURN(std::optional<Value> value,
                           FindAttribute(interpreter, object, name));
  return value.has_value() ? *std::move(value) : NoAttribute(object, name);
}

absl::StatusOr<Value> GetItem(Interpreter& interpreter, const Value& object,
                              const Value& key) {
  if (object.IsUndefined()) return AskedUndefined(object);
  TESSERA_ASSIGN_OR_RETURN(std::optional<Value> value,
                           FindItem(interpreter.heap(), object, key));
  if (value.has_value()) return *std::move(value);
  if (!key.IsText()) {
    return Value::Undefined(
        absl::StrCat("'", TypeName(object), " object' has no such element"));
  }
  TESSERA_ASSIGN_OR_RETURN(value,
                           FindAttribute(interpreter, object, key.bytes()));
  return value.has_value() ? *std::move(value)
                           : NoAttribute(object, key.bytes());
}

absl::StatusOr<Value> GetSlice(ValueHeap& heap, const Value& object,
                               const Value* start, const Value* stop,
                               const Value* step) {
  switch (object.kind()) {
    case ValueKind::kUndefined:
      return AskedUndefined(object);
    case ValueKind::kText:
    case ValueKind::kList:
    case ValueKind::kTuple:
    case ValueKind::kRange:
      break;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("'", TypeName(object), "' object cannot be sliced"));
  }
  TESSERA_ASSIGN_OR_RETURN(const int64_t length, Length(object));
  TESSERA_ASSIGN_OR_RETURN(const SliceBounds bounds,
                           BoundsOf(length, start, stop, step));
  if (object.IsText()) {
    TESSERA_ASSIGN_OR_RETURN(const Value text,
                             SliceOfText(heap, object.text(), bounds));
    return text.AsMarkup(object.is_markup());
  }
  if (object.Is(ValueKind::kRange)) {
    const auto& range = object.as<RangeObject>();
    TESSERA_ASSIGN_OR_RETURN(RangeObject * slice, heap.New<RangeObject>());
    slice->start = range.at(bounds.start);
    slice->step = range.step * bounds.step;
    slice->stop = slice->start + bounds.count * slice->step;
    return Value::Of(ValueKind::kRange, slice);
  }
  const std::vector<Value>& items = object.as<ListObject>().items;
  TESSERA_RETURN_IF_ERROR(heap.Spend(bounds.count / 4));
  std::vector<Value> result;
  for (int64_t i = 0; i < bounds.count; ++i) {
    result.push_back(items[bounds.start + i * bounds.step]);
  }
  return heap.List(object.kind(), std::move(result));
}

}  // namespace tessera::jinja
