// Values as JSON.
#ifndef RUNTIME_CHAT_JSON_TEXT_H_
#define RUNTIME_CHAT_JSON_TEXT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// Of Python's json.dumps.
struct JsonStyle {
  bool ensure_ascii = false;
  bool sort_keys = false;
  std::optional<std::string> indent;  // of one level; else all on one line
  std::optional<std::string> item_separator;
  std::optional<std::string> key_separator;
  bool outside = false;  // indent and separators are from a conversation
};

// What came from a conversation is marked. InvalidArgument for values that JSON
// does not have.
absl::StatusOr<MarkedText> JsonText(ValueHeap& heap, const Value& value,
                                    const JsonStyle& style);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_JSON_TEXT_H_
