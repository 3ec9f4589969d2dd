#include "runtime/chat/format_spec.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

constexpr int64_t kMaxNumber = 1'000'000;

bool IsAlign(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }

absl::Status BadType(const FormatSpec& spec, const Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("unknown format code '", std::string(1, spec.type),
                   "' for a value of type '", TypeName(value), "'"));
}

std::string Grouped(const std::string& digits, char grouping, size_t every) {
  std::string result;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % every == 0) result.push_back(grouping);
    result.push_back(digits[i]);
  }
  return result;
}

struct NumberText {
  std::string sign;
  std::string prefix;  // "0x"
  std::string digits;
};

std::string Binary(uint64_t value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + (value & 1)));
    value >>= 1;
  } while (value != 0);
  return digits;
}

absl::StatusOr<NumberText> IntegerText(const Value& value,
                                       const FormatSpec& spec) {
  const int64_t integer = value.integer();
  const uint64_t size = integer < 0 ? 0 - static_cast<uint64_t>(integer)
                                    : static_cast<uint64_t>(integer);
  if (spec.precision >= 0 && spec.type != 'd') {
    return absl::InvalidArgumentError(
        "a precision is not allowed for integers");
  }
  NumberText text;
  if (integer < 0) text.sign = "-";
  switch (spec.type) {
    case 0:
    case 'd':
    case 'n':
      text.digits = absl::StrCat(size);
      break;
    case 'x':
      text = {text.sign, "0x", absl::StrFormat("%x", size)};
      break;
    case 'X':
      text = {text.sign, "0X", absl::StrFormat("%X", size)};
      break;
    case 'o':
      text = {text.sign, "0o", absl::StrFormat("%o", size)};
      break;
    case 'b':
      text = {text.sign, "0b", Binary(size)};
      break;
    default:
      return BadType(spec, value);
  }
  if (!spec.alternate) text.prefix.clear();
  if (spec.grouping != 0) {
    text.digits = Grouped(text.digits, spec.grouping,
                          spec.type == 0 || spec.type == 'd' ? 3 : 4);
  }
  return text;
}

std::string FloatDigits(double size, const FormatSpec& spec) {
  const int precision =
      static_cast<int>(spec.precision < 0 ? 6 : spec.precision);
  switch (spec.type) {
    case 'f':
    case 'F':
      return absl::StrFormat("%.*f", precision, size);
    case '%':
      return absl::StrCat(absl::StrFormat("%.*f", precision, size * 100), "%");
    case 'e':
      return absl::StrFormat("%.*e", precision, size);
    case 'E':
      return absl::StrFormat("%.*E", precision, size);
    case 'g':
      return absl::StrFormat("%.*g", precision, size);
    case 'G':
      return absl::StrFormat("%.*G", precision, size);
    default:
      break;
  }
  if (spec.precision < 0) return FloatText(size);
  std::string digits = absl::StrFormat("%.*g", precision, size);
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits;
}

absl::StatusOr<NumberText> FloatingText(const Value& value,
                                        const FormatSpec& spec) {
  if (spec.type != 0 && absl::string_view("fFeEgG%n").find(spec.type) ==
                            absl::string_view::npos) {
    return BadType(spec, value);
  }
  const double number = value.number();
  NumberText text;
  if (std::signbit(number) && !std::isnan(number)) text.sign = "-";
  text.digits = FloatDigits(std::abs(number), spec);
  if (spec.grouping != 0) {
    const size_t end = std::find_if_not(text.digits.begin(), text.digits.end(),
                                        absl::ascii_isdigit) -
                       text.digits.begin();
    text.digits = Grouped(text.digits.substr(0, end), spec.grouping, 3) +
                  text.digits.substr(end);
  }
  return text;
}

absl::StatusOr<MarkedText> FormatNumber(const Value& value,
                                        const FormatSpec& spec) {
  const bool as_integer =
      value.IsInteger() &&
      absl::string_view("fFeEgG%").find(spec.type) == absl::string_view::npos;
  NumberText text;
  if (as_integer || (value.IsInteger() && spec.type == 0)) {
    TESSERA_ASSIGN_OR_RETURN(text, IntegerText(value, spec));
  } else {
    TESSERA_ASSIGN_OR_RETURN(text, FloatingText(value, spec));
  }
  if (text.sign.empty() && spec.sign != '-')
    text.sign = std::string(1, spec.sign);
  const std::string head = text.sign + text.prefix;
  if (spec.align != '=') {
    return Aligned(MarkedText(head + text.digits, value.outside()), spec, '>');
  }
  FormatSpec rest = spec;
  rest.align = '>';
  rest.width = spec.width - static_cast<int64_t>(head.size());
  MarkedText result(head, value.outside());
  result.Append(Aligned(MarkedText(text.digits, value.outside()), rest, '>'));
  return result;
}

}  // namespace

absl::StatusOr<int64_t> TakeNumber(absl::string_view* text, int64_t standard) {
  if (text->empty() || !absl::ascii_isdigit((*text)[0])) return standard;
  int64_t number = 0;
  while (!text->empty() && absl::ascii_isdigit((*text)[0])) {
    number = number * 10 + ((*text)[0] - '0');
    text->remove_prefix(1);
    if (number >= kMaxNumber) {
      return absl::ResourceExhaustedError("a format is too wide");
    }
  }
  return number;
}

absl::StatusOr<FormatSpec> ParseFormatSpec(absl::string_view text) {
  const absl::string_view all = text;
  FormatSpec spec;
  const size_t first = text.empty() ? 0 : CharacterSize(text);
  if (first > 0 && first < text.size() && IsAlign(text[first])) {
    spec.fill = CodePoint(text, first);
    spec.align = text[first];
    text.remove_prefix(first + 1);
  } else if (first > 0 && IsAlign(text[0])) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
  const auto take = [&](absl::string_view choices) {
    if (text.empty() || choices.find(text[0]) == absl::string_view::npos) {
      return '\0';
    }
    const char c = text[0];
    text.remove_prefix(1);
    return c;
  };
  if (const char sign = take("+- ")) spec.sign = sign;
  spec.alternate = take("#") != 0;
  if (take("0") != 0 && spec.align == 0) {
    spec.fill = '0';
    spec.align = '=';
  }
  TESSERA_ASSIGN_OR_RETURN(spec.width, TakeNumber(&text, 0));
  spec.grouping = take(",_");
  if (take(".") != 0) {
    TESSERA_ASSIGN_OR_RETURN(spec.precision, TakeNumber(&text, -1));
  }
  spec.type = take("bcdeEfFgGnosxX%");
  if (text.empty()) return spec;
  return absl::InvalidArgumentError(
      absl::StrCat("invalid format specifier ", Quoted(all)));
}

MarkedText Aligned(const MarkedText& text, const FormatSpec& spec,
                   char standard_align) {
  const int64_t missing = spec.width - CountCharacters(text.bytes());
  if (missing <= 0) return text;
  const char align = spec.align == 0 ? standard_align : spec.align;
  const int64_t before = align == '<'   ? 0
                         : align == '^' ? missing / 2
                                        : missing;
  const auto fill = [&](int64_t count) {
    std::string bytes;
    for (int64_t i = 0; i < count; ++i) AppendCodePoint(spec.fill, &bytes);
    return bytes;
  };
  MarkedText result(fill(before));
  result.Append(text);
  result.Append(fill(missing - before), false);
  return result;
}

absl::StatusOr<MarkedText> FormatValue(ValueHeap& heap, const Value& value,
                                       const FormatSpec& spec) {
  TESSERA_RETURN_IF_ERROR(
      heap.CheckRoom(spec.width * 8 + std::max<int64_t>(spec.precision, 0)));
  TESSERA_RETURN_IF_ERROR(
      heap.SpendBytes(spec.width + std::max<int64_t>(spec.precision, 0)));
  if (value.IsNumber() && spec.type != 's') {
    if (value.Is(ValueKind::kBool) && spec.type == 0) {
      TESSERA_ASSIGN_OR_RETURN(const MarkedText word, TextOf(heap, value));
      // With a width, a bool is the integer that it is.
      if (spec.width == 0 && spec.align == 0) return word;
    }
    return FormatNumber(value, spec);
  }
  if (spec.type != 0 && spec.type != 's') return BadType(spec, value);
  if (spec.align == '=') {
    return absl::InvalidArgumentError(
        "'=' alignment not allowed in string format specifier");
  }
  TESSERA_ASSIGN_OR_RETURN(MarkedText text, TextOf(heap, value));
  if (spec.precision >= 0) {
    text = text.Part(0, CharacterOffset(text.bytes(), spec.precision));
  }
  return Aligned(text, spec, '<');
}

}  // namespace tessera::jinja
