// One value, formatted: what "%5.2f" and "{:>10}" have in common.
#ifndef RUNTIME_CHAT_FORMAT_SPEC_H_
#define RUNTIME_CHAT_FORMAT_SPEC_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/chat/marked_text.h"
#include "runtime/chat/value.h"
#include "runtime/chat/value_heap.h"

namespace tessera::jinja {

// [[fill]align][sign][#][0][width][grouping][.precision][type]
struct FormatSpec {
  char32_t fill = ' ';
  char align = 0;  // '<', '>', '^', '='; 0: as the type wants it
  char sign = '-';
  bool alternate = false;
  int64_t width = 0;
  char grouping = 0;  // ',' or '_'
  int64_t precision = -1;
  char type = 0;
};

// Of str.format. InvalidArgument if it is not one.
absl::StatusOr<FormatSpec> ParseFormatSpec(absl::string_view text);

// Reads the digits at the start of `text` and removes them; `standard` if there
// are none. ResourceExhausted for a million and more.
absl::StatusOr<int64_t> TakeNumber(absl::string_view* text, int64_t standard);

// InvalidArgument if the type does not fit the value.
absl::StatusOr<MarkedText> FormatValue(ValueHeap& heap, const Value& value,
                                       const FormatSpec& spec);

// `text`, filled up to the width of `spec`.
MarkedText Aligned(const MarkedText& text, const FormatSpec& spec,
                   char standard_align);

}  // namespace tessera::jinja

#endif  // RUNTIME_CHAT_FORMAT_SPEC_H_
