// The values of a chat template, as Python has them.
#ifndef RUNTIME_CHAT_VALUE_H_
#define RUNTIME_CHAT_VALUE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/marked_text.h"

namespace tessera::jinja {

enum class ValueKind : uint8_t {
  kUndefined,  // its text says what was looked for
  kNone,
  kBool,
  kInt,
  kFloat,
  kText,
  kList,
  kTuple,
  kDict,
  kRange,
  kGenerator,  // a list that can be walked through once
  kDictView,   // dict.keys(), values(), items()
  kNamespace,
  kAttributes,  // an object with attributes: loop, cycler
  kCallable,
};

// What lives in a ValueHeap.
struct Object {
  virtual ~Object() = default;
};

// A value, cheap to copy. Containers belong to a ValueHeap and must not be used
// after it; texts are shared and immutable.
class Value {
 public:
  Value() = default;  // undefined
  static Value None() { return Value(ValueKind::kNone); }
  static Value Bool(bool value);
  static Value Int(int64_t value);
  static Value Float(double value);
  static Value Text(std::shared_ptr<const MarkedText> text);
  // Words of the engine and of templates, not of a conversation.
  static Value Word(absl::string_view text);
  static Value Undefined(std::string what);
  static Value Of(ValueKind kind, Object* object);

  ValueKind kind() const { return kind_; }
  bool Is(ValueKind kind) const { return kind_ == kind; }
  bool IsText() const { return kind_ == ValueKind::kText; }
  bool IsDict() const { return kind_ == ValueKind::kDict; }
  bool IsUndefined() const { return kind_ == ValueKind::kUndefined; }
  bool IsNone() const { return kind_ == ValueKind::kNone; }
  bool IsInteger() const;  // bool too, as in Python
  bool IsNumber() const { return IsInteger() || Is(ValueKind::kFloat); }

  bool boolean() const { return integer_ != 0; }
  int64_t integer() const { return integer_; }  // of a bool too
  double real() const { return real_; }         // of a float
  double number() const {
    return Is(ValueKind::kFloat) ? real_ : static_cast<double>(integer_);
  }
  const MarkedText& text() const { return *text_; }
  const std::string& bytes() const { return text_->bytes(); }
  // What an undefined value was, for messages.
  std::string what() const { return text_ ? text_->bytes() : "a value"; }

  template <typename T>
  T& as() const {
    return *static_cast<T*>(object_);
  }
  const Object* object() const { return object_; }

  // Whether a number came from a conversation; see MarkedText.
  bool outside() const { return outside_; }
  Value WithOutside(bool outside) const;

  // Whether a text is HTML by the filters "safe" and "escape": then what is
  // added to it is escaped.
  bool is_markup() const { return is_markup_; }
  Value AsMarkup(bool is_markup) const;

 private:
  explicit Value(ValueKind kind) : kind_(kind) {}

  ValueKind kind_ = ValueKind::kUndefined;
  bool outside_ = false;
  bool is_markup_ = false;
  union {
    int64_t integer_ = 0;
    double real_;
    Object* object_;
  };
  std::shared_ptr<const MarkedText> text_;
};

// Of lists, tuples and generators.
struct ListObject : Object {
  std::vector<Value> items;
  size_t next = 0;  // of a generator: the first that has not been taken
  // Of groupby: its two items have the names "grouper" and "list", too.
  bool is_group = false;
};

// Ordered by first insertion. Equal keys (1, 1.0 and True) are one.
struct DictObject : Object {
  const Value* Find(absl::string_view key) const;
  // TypeError for keys that Python cannot hash.
  absl::StatusOr<const Value*> Find(const Value& key) const;
  absl::Status Set(const Value& key, const Value& value);
  void Set(absl::string_view key, const Value& value);

  std::vector<std::pair<Value, Value>> entries;

 private:
  void Insert(std::string hashed, const Value& key, const Value& value);

  absl::flat_hash_map<std::string, size_t> index_;
};

struct RangeObject : Object {
  int64_t length() const;
  int64_t at(int64_t index) const { return start + index * step; }

  int64_t start = 0;
  int64_t stop = 0;
  int64_t step = 1;
};

struct DictViewObject : Object {
  enum class Part { kKeys, kValues, kItems };
  DictObject* dict = nullptr;
  Part part = Part::kKeys;
};

// The bytes of text that a dict looks at to find `key`.
int64_t HashedBytes(const Value& key);

// As Python names the type in its messages: "int", "str", "NoneType".
absl::string_view TypeName(const Value& value);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_VALUE_H_
