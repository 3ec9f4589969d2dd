#include "runtime/chat/brace_format.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/format_spec.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

class BraceFormatter {
 public:
  BraceFormatter(Interpreter& interpreter, const MarkedText& format,
                 const CallArguments& arguments)
      : interpreter_(interpreter), format_(format), arguments_(arguments) {}

  absl::StatusOr<MarkedText> Run() {
    const absl::string_view bytes = format_.bytes();
    TESSERA_RETURN_IF_ERROR(interpreter_.heap().SpendBytes(bytes.size()));
    for (size_t at = 0; at < bytes.size();) {
      const size_t brace =
          std::min(bytes.find_first_of("{}", at), bytes.size());
      result_.AppendPart(format_, at, brace - at);
      if (brace == bytes.size()) break;
      if (brace + 1 < bytes.size() && bytes[brace + 1] == bytes[brace]) {
        result_.AppendPart(format_, brace, 1);
        at = brace + 2;
        continue;
      }
      const size_t end = bytes.find_first_of("{}", brace + 1);
      if (bytes[brace] == '}' || end == absl::string_view::npos) {
        return absl::InvalidArgumentError(
            "a brace in a format string has no counterpart");
      }
      if (bytes[end] == '{') {
        return absl::UnimplementedError(
            "fields within fields of a format are not supported");
      }
      TESSERA_RETURN_IF_ERROR(Field(bytes.substr(brace + 1, end - brace - 1)));
      at = end + 1;
    }
    return std::move(result_);
  }

 private:
  absl::StatusOr<Value> Argument(absl::string_view name) {
    size_t index = 0;
    if (name.empty()) {
      index = next_++;
    } else if (!absl::SimpleAtoi(name, &index)) {
      for (const auto& [key, value] : arguments_.named) {
        if (key == name) return value;
      }
      return absl::InvalidArgumentError(
          absl::StrCat("no argument ", Quoted(name), " for a format"));
    }
    if (index < arguments_.positional.size()) {
      return arguments_.positional[index];
    }
    return absl::InvalidArgumentError(
        absl::StrCat("no argument ", index, " for a format"));
  }

  // "0.name[key]"
  absl::StatusOr<Value> Lookup(absl::string_view field) {
    size_t at = std::min(field.find_first_of(".["), field.size());
    TESSERA_ASSIGN_OR_RETURN(Value value, Argument(field.substr(0, at)));
    while (at < field.size()) {
      const bool is_item = field[at] == '[';
      const size_t end =
          is_item ? field.find(']', at)
                  : std::min(field.find_first_of(".[", at + 1), field.size());
      if (end == absl::string_view::npos) {
        return absl::InvalidArgumentError("a format lacks a ']'");
      }
      const absl::string_view name = field.substr(at + 1, end - at - 1);
      if (is_item) {
        int64_t index = 0;
        const Value key = absl::SimpleAtoi(name, &index) ? Value::Int(index)
                                                         : Value::Word(name);
        TESSERA_ASSIGN_OR_RETURN(value, interpreter_.Item(value, key));
      } else {
        TESSERA_ASSIGN_OR_RETURN(value, interpreter_.Attribute(value, name));
      }
      at = end + (is_item ? 1 : 0);
    }
    return value;
  }

  absl::Status Field(absl::string_view field) {
    absl::string_view spec_text;
    const size_t colon = field.find(':');
    if (colon != absl::string_view::npos) {
      spec_text = field.substr(colon + 1);
      field = field.substr(0, colon);
    }
    char conversion = 0;
    if (field.size() >= 2 && field[field.size() - 2] == '!') {
      conversion = field.back();
      field.remove_suffix(2);
    }
    TESSERA_ASSIGN_OR_RETURN(Value value, Lookup(field));
    if (conversion != 0) {
      if (conversion != 'r' && conversion != 's') {
        return absl::InvalidArgumentError("unknown conversion in a format");
      }
      ValueHeap& heap = interpreter_.heap();
      TESSERA_ASSIGN_OR_RETURN(MarkedText text, conversion == 'r'
                                                    ? ReprOf(heap, value)
                                                    : TextOf(heap, value));
      TESSERA_ASSIGN_OR_RETURN(value, heap.Text(std::move(text)));
    }
    TESSERA_ASSIGN_OR_RETURN(const FormatSpec spec, ParseFormatSpec(spec_text));
    if (!spec_text.empty() && !value.IsNumber() && !value.IsText()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a value of type '", TypeName(value), "' takes no format specifier"));
    }
    TESSERA_ASSIGN_OR_RETURN(const MarkedText text,
                             FormatValue(interpreter_.heap(), value, spec));
    result_.Append(text);
    return interpreter_.heap().CheckRoom(static_cast<int64_t>(result_.size()));
  }

  Interpreter& interpreter_;
  const MarkedText& format_;
  const CallArguments& arguments_;
  MarkedText result_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<MarkedText> BraceFormat(Interpreter& interpreter,
                                       const MarkedText& format,
                                       const CallArguments& arguments) {
  return BraceFormatter(interpreter, format, arguments).Run();
}

}  // namespace tessera::jinja
