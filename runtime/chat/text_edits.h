// Edits of strings that methods and filters share.
#ifndef RUNTIME_CHAT_TEXT_EDITS_H_
#define RUNTIME_CHAT_TEXT_EDITS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// Where `wanted` is in `text` at or behind `from`, or npos; in linear time.
size_t FindBytes(absl::string_view text, absl::string_view wanted, size_t from);

// What came from a conversation stays marked. Errors are those of the heap's
// limits.

// Without the characters of `characters` at its ends, or without white space if
// that is null.
absl::StatusOr<MarkedText> Stripped(ValueHeap& heap, const MarkedText& text,
                                    const MarkedText* characters, bool left,
                                    bool right);

// `old` replaced `count` times, or always if that is negative.
absl::StatusOr<MarkedText> Replaced(ValueHeap& heap, const MarkedText& text,
                                    const MarkedText& old,
                                    const MarkedText& replacement,
                                    int64_t count);

// Every run of `text` through `convert`.
MarkedText Converted(const MarkedText& text,
                     std::string (*convert)(absl::string_view));
// As str.capitalize() does it.
MarkedText Capitalized(const MarkedText& text);

// `text` with the characters of HTML as entities.
MarkedText Escaped(const MarkedText& text);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_TEXT_EDITS_H_
