#include "runtime/chat/value.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace tessera::jinja {
namespace {

// Of tuples that are keys.
constexpr int kMaxNesting = 50;
constexpr int64_t kMaxKeyBytes = int64_t{16} << 20;

constexpr double kTwoTo63 = 9223372036854775808.0;

// Equal for equal keys, different for others.
absl::StatusOr<std::string> Hashed(const Value& key, int depth = 0) {
  switch (key.kind()) {
    case ValueKind::kText:
      return absl::StrCat("s", key.bytes());
    case ValueKind::kBool:
    case ValueKind::kInt:
      return absl::StrCat("i", key.integer());
    case ValueKind::kFloat: {
      const double real = key.real();
      if (std::floor(real) == real && std::abs(real) < kTwoTo63) {
        return absl::StrCat("i", static_cast<int64_t>(real));
      }
      return absl::StrCat(
          "f", absl::string_view(reinterpret_cast<const char*>(&real),
                                 sizeof(real)));
    }
    case ValueKind::kNone:
      return "n";
    case ValueKind::kUndefined:
      return "u";
    case ValueKind::kTuple: {
      if (depth > kMaxNesting) {
        return absl::ResourceExhaustedError("a key nests too deeply");
      }
      std::string result = "t";
      for (const Value& item : key.as<ListObject>().items) {
        TESSERA_ASSIGN_OR_RETURN(const std::string part,
                                 Hashed(item, depth + 1));
        absl::StrAppend(&result, part.size(), ":", part);
        if (static_cast<int64_t>(result.size()) > kMaxKeyBytes) {
          return absl::ResourceExhaustedError("a key is too large");
        }
      }
      return result;
    }
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("unhashable type: '", TypeName(key), "'"));
  }
}

// Adds what a dict looks at, and stops where Hashed gives up.
void CountHashedBytes(const Value& key, int depth, int64_t* bytes) {
  if (key.IsText()) *bytes += 4 * static_cast<int64_t>(key.text().size());
  if (!key.Is(ValueKind::kTuple) || depth > kMaxNesting) return;
  for (const Value& item : key.as<ListObject>().items) {
    *bytes += 64;
    if (*bytes > kMaxKeyBytes) return;
    CountHashedBytes(item, depth + 1, bytes);
  }
}

}  // namespace

Value Value::Bool(bool value) {
  Value result(ValueKind::kBool);
  result.integer_ = value ? 1 : 0;
  return result;
}

Value Value::Int(int64_t value) {
  Value result(ValueKind::kInt);
  result.integer_ = value;
  return result;
}

Value Value::Float(double value) {
  Value result(ValueKind::kFloat);
  result.real_ = value;
  return result;
}

Value Value::Text(std::shared_ptr<const MarkedText> text) {
  Value result(ValueKind::kText);
  result.text_ = std::move(text);
  return result;
}

Value Value::Word(absl::string_view text) {
  return Text(std::make_shared<const MarkedText>(std::string(text)));
}

Value Value::Undefined(std::string what) {
  Value result;
  result.text_ = std::make_shared<const MarkedText>(std::move(what));
  return result;
}

Value Value::Of(ValueKind kind, Object* object) {
  Value result(kind);
  result.object_ = object;
  return result;
}

bool Value::IsInteger() const {
  return kind_ == ValueKind::kInt || kind_ == ValueKind::kBool;
}

Value Value::WithOutside(bool outside) const {
  Value result = *this;
  result.outside_ = outside;
  return result;
}

Value Value::AsMarkup(bool is_markup) const {
  Value result = *this;
  result.is_markup_ = is_markup && IsText();
  return result;
}

const Value* DictObject::Find(absl::string_view key) const {
  const auto found = index_.find(absl::StrCat("s", key));
  return found == index_.end() ? nullptr : &entries[found->second].second;
}

absl::StatusOr<const Value*> DictObject::Find(const Value& key) const {
  TESSERA_ASSIGN_OR_RETURN(const std::string hashed, Hashed(key));
  const auto found = index_.find(hashed);
  return found == index_.end() ? nullptr : &entries[found->second].second;
}

absl::Status DictObject::Set(const Value& key, const Value& value) {
  TESSERA_ASSIGN_OR_RETURN(std::string hashed, Hashed(key));
  Insert(std::move(hashed), key, value);
  return absl::OkStatus();
}

void DictObject::Set(absl::string_view key, const Value& value) {
  Insert(absl::StrCat("s", key), Value::Word(key), value);
}

void DictObject::Insert(std::string hashed, const Value& key,
                        const Value& value) {
  const auto [place, is_new] =
      index_.try_emplace(std::move(hashed), entries.size());
  if (is_new) {
    entries.emplace_back(key, value);
  } else {
    entries[place->second].second = value;
  }
}

int64_t RangeObject::length() const {
  if (step > 0 && start < stop) return (stop - start - 1) / step + 1;
  if (step < 0 && start > stop) return (start - stop - 1) / -step + 1;
  return 0;
}

int64_t HashedBytes(const Value& key) {
  int64_t bytes = 0;
  CountHashedBytes(key, 0, &bytes);
  return bytes;
}

absl::string_view TypeName(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kUndefined:
      return "Undefined";
    case ValueKind::kNone:
      return "NoneType";
    case ValueKind::kBool:
      return "bool";
    case ValueKind::kInt:
      return "int";
    case ValueKind::kFloat:
      return "float";
    case ValueKind::kText:
      return "str";
    case ValueKind::kList:
      return "list";
    case ValueKind::kTuple:
      return "tuple";
    case ValueKind::kDict:
      return "dict";
    case ValueKind::kRange:
      return "range";
    case ValueKind::kGenerator:
      return "generator";
    case ValueKind::kDictView:
      switch (value.as<DictViewObject>().part) {
        case DictViewObject::Part::kKeys:
          return "dict_keys";
        case DictViewObject::Part::kValues:
          return "dict_values";
        case DictViewObject::Part::kItems:
          return "dict_items";
      }
      return "dict_items";
    case ValueKind::kNamespace:
      return "Namespace";
    case ValueKind::kAttributes:
      return "object";
    case ValueKind::kCallable:
      return "function";
  }
  return "object";
}

}  // namespace tessera::jinja
