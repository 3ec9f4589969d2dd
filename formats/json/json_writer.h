// JSON, written piece by piece.
#ifndef FORMATS_JSON_JSON_WRITER_H_
#define FORMATS_JSON_JSON_WRITER_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"

namespace tessera {

// Writes one JSON value (RFC 8259) in the order of the calls. Whoever calls
// sees to it that they make one: a key before each value of an object, and an
// end for each beginning. Not thread-safe.
//
// Integers have all their digits. A double that is a whole number up to 2^53
// has no exponent, any other float as few digits as say which it is; what is
// not finite is null, since JSON has no number for it. Text that is not UTF-8
// is escaped as AsUtf8 (message_utf8.h) does, and what a terminal would act on
// is escaped as JSON does.
class JsonWriter {
 public:
  // `indented`: over several lines, as people read it.
  explicit JsonWriter(bool indented) : indented_(indented) {}

  void BeginObject() { Begin('{', /*one_line=*/false); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('[', /*one_line=*/false); }
  // For many short elements: they stay on one line.
  void BeginLine() { Begin('[', /*one_line=*/true); }
  void EndArray() { End(']'); }

  void Key(absl::string_view key);

  void String(absl::string_view text);
  template <std::integral T>
  void Number(T value) {
    if constexpr (std::is_signed_v<T>) {
      Signed(value);
    } else {
      Unsigned(value);
    }
  }
  void Number(double value);
  void Number(float value);
  void Bool(bool value) { Value(value ? "true" : "false"); }
  void Null() { Value("null"); }

  // A key and its value.
  void StringField(absl::string_view key, absl::string_view text) {
    Key(key);
    String(text);
  }
  template <typename T>
  void NumberField(absl::string_view key, T value) {
    Key(key);
    Number(value);
  }
  void BoolField(absl::string_view key, bool value) {
    Key(key);
    Bool(value);
  }

  // The text, with a line end. Ends the writer.
  std::string Finish();

 private:
  struct Level {
    bool one_line = false;
    bool empty = true;
  };
  void Signed(int64_t value);
  void Unsigned(uint64_t value);
  void Begin(char bracket, bool one_line);
  void End(char bracket);
  void Value(absl::string_view json);
  void BeforeElement();
  void NewLine();

  const bool indented_;
  bool after_key_ = false;
  std::vector<Level> levels_;
  std::string json_;
};

}  // namespace tessera

#endif  // FORMATS_JSON_JSON_WRITER_H_
