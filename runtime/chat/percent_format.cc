#include "runtime/chat/percent_format.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/format_spec.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

class PercentFormatter {
 public:
  PercentFormatter(ValueHeap& heap, const MarkedText& format,
                   const Value& arguments)
      : heap_(heap), format_(format), arguments_(arguments) {}

  absl::StatusOr<MarkedText> Run() {
    const absl::string_view bytes = format_.bytes();
    TESSERA_RETURN_IF_ERROR(heap_.SpendBytes(bytes.size()));
    for (size_t at = 0; at < bytes.size();) {
      const size_t percent = std::min(bytes.find('%', at), bytes.size());
      result_.AppendPart(format_, at, percent - at);
      if (percent == bytes.size()) break;
      absl::string_view rest = bytes.substr(percent + 1);
      TESSERA_RETURN_IF_ERROR(Convert(&rest));
      at = bytes.size() - rest.size();
      TESSERA_RETURN_IF_ERROR(
          heap_.CheckRoom(static_cast<int64_t>(result_.size())));
    }
    TESSERA_RETURN_IF_ERROR(CheckAllUsed());
    return std::move(result_);
  }

 private:
  absl::Status CheckAllUsed() const {
    const bool all_used =
        arguments_.Is(ValueKind::kTuple)
            ? next_ == arguments_.as<ListObject>().items.size()
            : next_ > 0 || arguments_.IsDict() || arguments_.IsUndefined() ||
                  arguments_.Is(ValueKind::kList) ||
                  arguments_.Is(ValueKind::kRange);
    if (all_used) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "not all arguments converted during string formatting");
  }

  absl::StatusOr<Value> Next() {
    if (arguments_.Is(ValueKind::kTuple)) {
      const auto& items = arguments_.as<ListObject>().items;
      if (next_ < items.size()) return items[next_++];
    } else if (next_ == 0) {
      ++next_;
      return arguments_;
    }
    return absl::InvalidArgumentError("not enough arguments for format string");
  }

  absl::StatusOr<Value> Named(absl::string_view* rest) {
    const size_t end = rest->find(')');
    if (end == absl::string_view::npos) {
      return absl::InvalidArgumentError("incomplete format key");
    }
    const absl::string_view key = rest->substr(0, end);
    rest->remove_prefix(end + 1);
    if (!arguments_.IsDict()) {
      return absl::InvalidArgumentError("format requires a mapping");
    }
    const Value* value = arguments_.as<DictObject>().Find(key);
    if (value == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("no key ", Quoted(key)));
    }
    return *value;
  }

  absl::StatusOr<int64_t> WidthOf(absl::string_view* rest, int64_t standard) {
    if (!absl::ConsumePrefix(rest, "*")) return TakeNumber(rest, standard);
    TESSERA_ASSIGN_OR_RETURN(const Value value, Next());
    if (!value.IsInteger()) return WrongType(value, "an integer for *");
    if (std::abs(value.integer()) >= 1'000'000) {
      return absl::ResourceExhaustedError("a format is too wide");
    }
    return value.integer();
  }

  absl::Status Convert(absl::string_view* rest) {
    Value value;
    const bool named = absl::ConsumePrefix(rest, "(");
    if (named) {
      TESSERA_ASSIGN_OR_RETURN(value, Named(rest));
    }
    FormatSpec spec;
    bool left = false;
    bool zeros = false;
    for (; !rest->empty(); rest->remove_prefix(1)) {
      const char flag = (*rest)[0];
      if (flag == '-') {
        left = true;
      } else if (flag == '0') {
        zeros = true;
      } else if (flag == '#') {
        spec.alternate = true;
      } else if (flag == '+' || (flag == ' ' && spec.sign != '+')) {
        spec.sign = flag;
      } else if (flag != ' ') {
        break;
      }
    }
    TESSERA_ASSIGN_OR_RETURN(spec.width, WidthOf(rest, 0));
    if (spec.width < 0) {
      left = true;
      spec.width = -spec.width;
    }
    if (absl::ConsumePrefix(rest, ".")) {
      TESSERA_ASSIGN_OR_RETURN(spec.precision, WidthOf(rest, 0));
    }
    while (!rest->empty() && ((*rest)[0] == 'l' || (*rest)[0] == 'h')) {
      rest->remove_prefix(1);
    }
    if (rest->empty()) {
      return absl::InvalidArgumentError("incomplete format");
    }
    spec.type = (*rest)[0];
    rest->remove_prefix(1);
    if (spec.type == '%') {
      result_.Append("%", false);
      return absl::OkStatus();
    }
    if (!named) {
      TESSERA_ASSIGN_OR_RETURN(value, Next());
    }
    spec.align = left ? '<' : '>';
    return Put(value, spec, zeros && !left);
  }

  absl::Status Put(Value value, FormatSpec spec, bool zeros) {
    switch (spec.type) {
      case 'r':
      case 'a':
      case 's': {
        TESSERA_ASSIGN_OR_RETURN(MarkedText text, spec.type == 's'
                                                      ? TextOf(heap_, value)
                                                      : ReprOf(heap_, value));
        TESSERA_ASSIGN_OR_RETURN(value, heap_.Text(std::move(text)));
        spec.type = 's';
        break;
      }
      case 'd':
      case 'i':
      case 'u':
        if (value.Is(ValueKind::kFloat)) {
          if (!(std::abs(value.real()) < 9e18)) {
            return absl::InvalidArgumentError("an integer is beyond 64 bits");
          }
          value = Value::Int(static_cast<int64_t>(value.real()))
                      .WithOutside(value.outside());
        }
        spec.type = 'd';
        [[fallthrough]];
      case 'x':
      case 'X':
      case 'o':
        if (!value.IsInteger()) return WrongType(value, "an integer");
        spec.precision = -1;
        break;
      case 'c':
        if (value.IsInteger() && value.integer() >= 0 &&
            value.integer() < 0xd800) {
          std::string text;
          AppendCodePoint(static_cast<char32_t>(value.integer()), &text);
          TESSERA_ASSIGN_OR_RETURN(value, heap_.Text(text, value.outside()));
        }
        if (!value.IsText() || CountCharacters(value.bytes()) != 1) {
          return WrongType(value, "a character");
        }
        spec.type = 's';
        break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        if (!value.IsNumber()) return WrongType(value, "a number");
        break;
      default:
        return absl::InvalidArgumentError(absl::StrCat(
            "unsupported format character '", std::string(1, spec.type), "'"));
    }
    if (zeros && spec.type != 's') {
      spec.fill = '0';
      spec.align = '=';
    }
    TESSERA_ASSIGN_OR_RETURN(const MarkedText text,
                             FormatValue(heap_, value, spec));
    result_.Append(text);
    return absl::OkStatus();
  }

  ValueHeap& heap_;
  const MarkedText& format_;
  const Value& arguments_;
  MarkedText result_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<MarkedText> PercentFormat(ValueHeap& heap,
                                         const MarkedText& format,
                                         const Value& arguments) {
  return PercentFormatter(heap, format, arguments).Run();
}

}  // namespace tessera::jinja
