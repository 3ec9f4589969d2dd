// The filters of filters.h that make text.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/filters.h"
#include "runtime/chat/json_text.h"
#include "runtime/chat/percent_format.h"
#include "runtime/chat/text_edits.h"
#include "runtime/chat/text_parts.h"
#include "runtime/chat/value_operations.h"
#include "runtime/chat/value_text.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

template <std::string (*kConvert)(absl::string_view)>
Result Convert(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("a filter of case", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 8));
  TESSERA_ASSIGN_OR_RETURN(const Value result,
                           in.heap().Text(Converted(text, kConvert)));
  return result.AsMarkup(self.is_markup());
}

Result Capitalize(Interpreter& in, const Value& self,
                  const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("capitalize", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 8));
  return in.heap().Text(Capitalized(text));
}

// Words begin behind white space and opening brackets.
Result Title(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("title", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 16));
  bool in_word = false;
  MarkedText result;
  text.ForEachRun([&](absl::string_view run, bool outside) {
    std::string converted;
    while (!run.empty()) {
      const size_t size = CharacterSize(run);
      const char32_t code = CodePoint(run, size);
      const absl::string_view character = run.substr(0, size);
      converted += in_word ? ToLower(character) : ToUpper(character);
      in_word = !IsSpace(code) &&
                (code >= 0x80 || absl::string_view("-({[<").find(run[0]) ==
                                     absl::string_view::npos);
      run.remove_prefix(size);
    }
    result.Append(converted, outside);
  });
  return in.heap().Text(std::move(result));
}

Result Trim(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("trim", call, {"chars"}));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* characters, TextOrNull(args[0]));
  TESSERA_ASSIGN_OR_RETURN(MarkedText result,
                           Stripped(in.heap(), text, characters, true, true));
  TESSERA_ASSIGN_OR_RETURN(const Value value,
                           in.heap().Text(std::move(result)));
  return value.AsMarkup(self.is_markup());
}

Result Replace(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("replace", call, {"old", "new", "count"}, 2));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText old, TextOf(in.heap(), *args[0]));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText replacement,
                           TextOf(in.heap(), *args[1]));
  const bool always = args[2] == nullptr || args[2]->IsNone();
  TESSERA_ASSIGN_OR_RETURN(const int64_t count,
                           IntOr(always ? nullptr : args[2], -1));
  TESSERA_ASSIGN_OR_RETURN(MarkedText result,
                           Replaced(in.heap(), text, old, replacement, count));
  return in.heap().Text(std::move(result));
}

Result Center(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("center", call, {"width"}));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  FormatSpec spec;
  TESSERA_ASSIGN_OR_RETURN(spec.width, IntOr(args[0], 80));
  TESSERA_RETURN_IF_ERROR(in.heap().CheckRoom(spec.width));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(spec.width));
  return in.heap().Text(Centered(text, spec));
}

Result Indent(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("indent", call, {"width", "first", "blank"}));
  if (!self.IsText()) return WrongType(self, "a string");
  MarkedText indent("    ");
  if (args[0] != nullptr && args[0]->IsText()) {
    indent = args[0]->text();
  } else if (args[0] != nullptr) {
    TESSERA_ASSIGN_OR_RETURN(const int64_t width, IntOr(args[0], 4));
    TESSERA_RETURN_IF_ERROR(in.heap().CheckRoom(width));
    TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(std::max<int64_t>(width, 0)));
    indent = MarkedText(std::string(std::max<int64_t>(width, 0), ' '));
  }
  const bool blank = TruthOr(args[2], false);
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 8));
  MarkedText text = self.text();
  text.Append("\n", false);
  MarkedText result;
  if (TruthOr(args[1], false)) result.Append(indent);
  TESSERA_ASSIGN_OR_RETURN(const std::vector<MarkedText> lines,
                           LinesOf(in.heap(), text, false));
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) result.Append("\n", false);
    if (i > 0 && (blank || !lines[i].empty())) result.Append(indent);
    result.Append(lines[i]);
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(1 + indent.size() / 256));
    TESSERA_RETURN_IF_ERROR(
        in.heap().CheckRoom(static_cast<int64_t>(result.size())));
  }
  return in.heap().Text(std::move(result));
}

Result Truncate(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(
      const auto args,
      Bind("truncate", call, {"length", "killwords", "end", "leeway"}));
  TESSERA_ASSIGN_OR_RETURN(const int64_t length, IntOr(args[0], 255));
  const MarkedText dots("...");
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* end, TextOr(args[2], &dots));
  const bool standard = args[3] == nullptr || args[3]->IsNone();
  TESSERA_ASSIGN_OR_RETURN(const int64_t leeway,
                           IntOr(standard ? nullptr : args[3], 5));
  const int64_t kept = length - CountCharacters(end->bytes());
  if (kept < 0 || leeway < 0) {
    return absl::InvalidArgumentError(
        "truncate() has a length or leeway that is too small");
  }
  // Whatever is short enough stays what it is.
  TESSERA_ASSIGN_OR_RETURN(const int64_t size_now, Length(self));
  if (size_now - leeway <= length) return self;
  if (!self.IsText()) return WrongType(self, "a string");
  const MarkedText& text = self.text();
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size()));
  size_t size = CharacterOffset(text.bytes(), kept);
  if (!TruthOr(args[1], false)) {
    const size_t space = text.bytes().substr(0, size).rfind(' ');
    if (space != std::string::npos) size = space;
  }
  MarkedText result = text.Part(0, size);
  result.Append(*end);
  return in.heap().Text(std::move(result));
}

Result Wordcount(Interpreter& in, const Value& self,
                 const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("wordcount", call, {}).status());
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 8));
  int64_t words = 0;
  bool in_word = false;
  absl::string_view rest = text.bytes();
  while (!rest.empty()) {
    const size_t size = CharacterSize(rest);
    const char32_t code = CodePoint(rest, size);
    const bool is_word = IsAlnum(code) || code == '_';
    words += is_word && !in_word ? 1 : 0;
    in_word = is_word;
    rest.remove_prefix(size);
  }
  return Value::Int(words);
}

template <bool kAlways>
Result Escape(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("escape", call, {}).status());
  if (self.is_markup() && !kAlways) return self;
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 8));
  TESSERA_ASSIGN_OR_RETURN(const Value result, in.heap().Text(Escaped(text)));
  return result.AsMarkup(true);
}

Result ToString(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("string", call, {}).status());
  if (self.IsText()) return self;
  TESSERA_ASSIGN_OR_RETURN(MarkedText text, TextOf(in.heap(), self));
  return in.heap().Text(std::move(text));
}

Result Safe(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const Value text, ToString(in, self, call));
  return text.AsMarkup(true);
}

Result Format(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const MarkedText format, TextOf(in.heap(), self));
  if (!call.named.empty() && !call.positional.empty()) {
    return absl::InvalidArgumentError(
        "can't handle positional and keyword arguments at the same time");
  }
  Value arguments;
  if (call.named.empty()) {
    TESSERA_ASSIGN_OR_RETURN(
        arguments, in.heap().List(ValueKind::kTuple, call.positional));
  } else {
    TESSERA_ASSIGN_OR_RETURN(DictObject * dict, in.heap().Dict());
    for (const auto& [name, value] : call.named) dict->Set(name, value);
    arguments = Value::Of(ValueKind::kDict, dict);
  }
  TESSERA_ASSIGN_OR_RETURN(MarkedText text,
                           PercentFormat(in.heap(), format, arguments));
  return in.heap().Text(std::move(text));
}

Result ToJson(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("tojson", call,
                                                 {"ensure_ascii", "indent",
                                                  "separators", "sort_keys"}));
  JsonStyle style;
  style.ensure_ascii = TruthOr(args[0], false);
  style.sort_keys = TruthOr(args[3], false);
  if (args[1] != nullptr && args[1]->IsText()) {
    style.indent = args[1]->bytes();
    style.outside = args[1]->text().IsOutside();
  } else if (args[1] != nullptr && !args[1]->IsNone()) {
    TESSERA_ASSIGN_OR_RETURN(const int64_t indent, IntOr(args[1], 0));
    if (indent > 1000) return WrongType(*args[1], "at most 1000 spaces");
    style.indent = std::string(std::max<int64_t>(indent, 0), ' ');
  }
  if (args[2] != nullptr && !args[2]->IsNone()) {
    TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> separators,
                             Elements(in.heap(), *args[2]));
    if (separators.size() != 2 || !separators[0].IsText() ||
        !separators[1].IsText()) {
      return WrongType(*args[2], "two separators");
    }
    style.item_separator = separators[0].bytes();
    style.key_separator = separators[1].bytes();
    for (const Value& separator : separators) {
      if (separator.text().IsOutside()) style.outside = true;
    }
  }
  TESSERA_ASSIGN_OR_RETURN(MarkedText text, JsonText(in.heap(), self, style));
  return in.heap().Text(std::move(text));
}

std::string UrlQuoted(absl::string_view text) {
  std::string result;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) ||
        absl::string_view("_.-~/").find(c) != absl::string_view::npos) {
      result.push_back(c);
    } else {
      absl::StrAppendFormat(&result, "%%%02X", static_cast<uint8_t>(c));
    }
  }
  return result;
}

Result UrlEncode(Interpreter& in, const Value& self,
                 const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("urlencode", call, {}).status());
  if (IsIterable(self) && !self.IsText()) {
    return absl::UnimplementedError(
        "the filter 'urlencode' is supported for strings only");
  }
  TESSERA_ASSIGN_OR_RETURN(const MarkedText text, TextOf(in.heap(), self));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 8));
  return in.heap().Text(Converted(text, UrlQuoted));
}

constexpr NamedFunction kFilters[] = {
    {"capitalize", Capitalize},
    {"center", Center},
    {"e", Escape<false>},
    {"escape", Escape<false>},
    {"forceescape", Escape<true>},
    {"format", Format},
    {"indent", Indent},
    {"lower", Convert<ToLower>},
    {"replace", Replace},
    {"safe", Safe},
    {"string", ToString},
    {"title", Title},
    {"tojson", ToJson},
    {"trim", Trim},
    {"truncate", Truncate},
    {"upper", Convert<ToUpper>},
    {"urlencode", UrlEncode},
    {"wordcount", Wordcount},
};

}  // namespace

absl::Span<const NamedFunction> TextFilters() { return kFilters; }

}  // namespace tessera::jinja
