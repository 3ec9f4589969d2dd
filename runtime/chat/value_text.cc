#include "runtime/chat/value_text.h"

#include <charconv>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

constexpr int kMaxNesting = 500;

// As Python's repr() escapes a character within quotes.
void AppendEscaped(char32_t code, absl::string_view bytes, char quote,
                   std::string* text) {
  if (code == '\\' || code == static_cast<char32_t>(quote)) {
    text->push_back('\\');
    text->push_back(static_cast<char>(code));
  } else if (code == '\n' || code == '\r' || code == '\t') {
    text->append(code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t");
  } else if (IsPrintable(code)) {
    text->append(bytes.data(), bytes.size());
  } else {
    const auto number = static_cast<uint32_t>(code);
    text->append(number < 0x100     ? absl::StrFormat("\\x%02x", number)
                 : number < 0x10000 ? absl::StrFormat("\\u%04x", number)
                                    : absl::StrFormat("\\U%08x", number));
  }
}

class Printer {
 public:
  explicit Printer(ValueHeap& heap) : heap_(heap) {}

  absl::Status Print(const Value& value) {
    TESSERA_RETURN_IF_ERROR(heap_.Spend(1));
    switch (value.kind()) {
      case ValueKind::kUndefined:
        result_.Append("Undefined", false);
        return absl::OkStatus();
      case ValueKind::kNone:
        result_.Append("None", value.outside());
        return absl::OkStatus();
      case ValueKind::kBool:
        result_.Append(value.boolean() ? "True" : "False", value.outside());
        return absl::OkStatus();
      case ValueKind::kInt:
        result_.Append(absl::StrCat(value.integer()), value.outside());
        return absl::OkStatus();
      case ValueKind::kFloat:
        result_.Append(FloatText(value.real()), value.outside());
        return absl::OkStatus();
      case ValueKind::kText:
        return PrintText(value.text());
      default:
        return PrintContainer(value);
    }
  }

  MarkedText Take() { return std::move(result_); }

 private:
  absl::Status PrintText(const MarkedText& text) {
    TESSERA_RETURN_IF_ERROR(heap_.SpendBytes(text.size() * 4));
    TESSERA_RETURN_IF_ERROR(
        heap_.CheckRoom(static_cast<int64_t>(result_.size() + text.size())));
    const bool has_single = absl::StrContains(text.bytes(), '\'');
    const bool has_double = absl::StrContains(text.bytes(), '"');
    const char quote = has_single && !has_double ? '"' : '\'';
    result_.Append(absl::string_view(&quote, 1), false);
    std::string escaped;
    text.ForEachRun([&](absl::string_view run, bool outside) {
      escaped.clear();
      while (!run.empty()) {
        const size_t size = CharacterSize(run);
        AppendEscaped(CodePoint(run, size), run.substr(0, size), quote,
                      &escaped);
        run.remove_prefix(size);
      }
      result_.Append(escaped, outside);
    });
    result_.Append(absl::string_view(&quote, 1), false);
    return absl::OkStatus();
  }

  absl::Status PrintContainer(const Value& value) {
    if (++depth_ > kMaxNesting) {
      return absl::ResourceExhaustedError("values nest too deeply");
    }
    absl::Status status;
    switch (value.kind()) {
      case ValueKind::kList:
        status = PrintItems("[", value.as<ListObject>().items, "]");
        break;
      case ValueKind::kTuple: {
        const std::vector<Value>& items = value.as<ListObject>().items;
        status = PrintItems("(", items, items.size() == 1 ? ",)" : ")");
        break;
      }
      case ValueKind::kDict:
        status = PrintDict(value.as<DictObject>());
        break;
      case ValueKind::kNamespace:
        result_.Append("<Namespace ", false);
        status = PrintDict(value.as<DictObject>());
        result_.Append(">", false);
        break;
      case ValueKind::kRange:
        PrintRange(value.as<RangeObject>());
        break;
      case ValueKind::kDictView: {
        TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> items,
                                 Elements(heap_, value));
        status = PrintItems(absl::StrCat(TypeName(value), "(["), items, "])");
        break;
      }
      default:
        return absl::UnimplementedError(
            absl::StrCat("a ", TypeName(value), " cannot be printed"));
    }
    --depth_;
    return status;
  }

  absl::Status PrintItems(absl::string_view open,
                          const std::vector<Value>& items,
                          absl::string_view close) {
    result_.Append(open, false);
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) result_.Append(", ", false);
      TESSERA_RETURN_IF_ERROR(Print(items[i]));
    }
    result_.Append(close, false);
    return absl::OkStatus();
  }

  absl::Status PrintDict(const DictObject& dict) {
    absl::string_view between = "{";
    for (const auto& [key, value] : dict.entries) {
      result_.Append(between, false);
      between = ", ";
      TESSERA_RETURN_IF_ERROR(Print(key));
      result_.Append(": ", false);
      TESSERA_RETURN_IF_ERROR(Print(value));
    }
    result_.Append(dict.entries.empty() ? "{}" : "}", false);
    return absl::OkStatus();
  }

  void PrintRange(const RangeObject& range) {
    result_.Append(absl::StrCat("range(", range.start, ", ", range.stop),
                   false);
    if (range.step != 1) result_.Append(absl::StrCat(", ", range.step), false);
    result_.Append(")", false);
  }

  ValueHeap& heap_;
  MarkedText result_;
  int depth_ = 0;
};

}  // namespace

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                 std::chars_format::scientific);
  absl::string_view text(buffer, end.ptr - buffer);
  const size_t mark = text.find('e');
  const int exponent = std::stoi(std::string(text.substr(mark + 1)));
  if (exponent < -4 || exponent >= 16) {
    // At least two digits of exponent, as to_chars has them.
    return std::string(text);
  }
  const auto plain = std::to_chars(buffer, buffer + sizeof(buffer), value,
                                   std::chars_format::fixed);
  std::string result(buffer, plain.ptr - buffer);
  if (!absl::StrContains(result, '.')) result += ".0";
  return result;
}

absl::StatusOr<MarkedText> ReprOf(ValueHeap& heap, const Value& value) {
  Printer printer(heap);
  TESSERA_RETURN_IF_ERROR(printer.Print(value));
  return printer.Take();
}

absl::StatusOr<MarkedText> TextOf(ValueHeap& heap, const Value& value) {
  if (value.IsText()) {
    TESSERA_RETURN_IF_ERROR(heap.SpendBytes(value.text().size() / 8));
    return value.text();
  }
  if (value.IsUndefined()) return MarkedText();
  return ReprOf(heap, value);
}

}  // namespace tessera::jinja
