#include "runtime/chat/text_methods.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/brace_format.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/format_spec.h"
#include "runtime/chat/text_edits.h"
#include "runtime/chat/text_parts.h"
#include "runtime/chat/text_search.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

template <bool kLeft, bool kRight>
Result Strip(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("strip", call, {"chars"}));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* characters, TextOrNull(args[0]));
  TESSERA_ASSIGN_OR_RETURN(
      MarkedText text,
      Stripped(in.heap(), self.text(), characters, kLeft, kRight));
  return in.heap().Text(std::move(text));
}

template <std::string (*kConvert)(absl::string_view)>
Result Convert(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_RETURN_IF_ERROR(Bind("a method of a string", call, {}).status());
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 8));
  return in.heap().Text(Converted(self.text(), kConvert));
}

// Each character by the one before it.
template <typename Change>
MarkedText ByCharacter(const MarkedText& text, Change change) {
  MarkedText result;
  text.ForEachRun([&](absl::string_view run, bool outside) {
    std::string changed;
    while (!run.empty()) {
      const size_t size = CharacterSize(run);
      changed += change(CodePoint(run, size), run.substr(0, size));
      run.remove_prefix(size);
    }
    result.Append(changed, outside);
  });
  return result;
}

Result Capitalize(Interpreter& in, const Value& self, const CallArguments&) {
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 16));
  return in.heap().Text(Capitalized(self.text()));
}

Result Title(Interpreter& in, const Value& self, const CallArguments&) {
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 16));
  bool in_word = false;
  return in.heap().Text(
      ByCharacter(self.text(), [&](char32_t code, absl::string_view character) {
        const bool follows = std::exchange(
            in_word, IsUpper(code) || IsLower(code) || IsTitle(code));
        return follows ? ToLower(character) : ToTitle(code);
      }));
}

Result Swapcase(Interpreter& in, const Value& self, const CallArguments&) {
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 16));
  return in.heap().Text(
      ByCharacter(self.text(), [&](char32_t code, absl::string_view character) {
        return IsUpper(code)   ? ToLower(character)
               : IsLower(code) ? ToUpper(character)
                               : std::string(character);
      }));
}

Result Replace(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("replace", call, {"old", "new", "count"}, 2));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* old, TextOr(args[0], nullptr));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* replacement,
                           TextOr(args[1], nullptr));
  TESSERA_ASSIGN_OR_RETURN(const int64_t count, IntOr(args[2], -1));
  TESSERA_ASSIGN_OR_RETURN(
      MarkedText text,
      Replaced(in.heap(), self.text(), *old, *replacement, count));
  return in.heap().Text(std::move(text));
}

template <bool kPrefix>
Result RemoveAffix(Interpreter& in, const Value& self,
                   const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(
      const auto args,
      Bind(kPrefix ? "removeprefix" : "removesuffix", call, {"affix"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* affix, TextOr(args[0], nullptr));
  const MarkedText& text = self.text();
  const size_t rest = text.size() - std::min(text.size(), affix->size());
  if (kPrefix && absl::StartsWith(text.bytes(), affix->bytes())) {
    return in.heap().Text(text.Part(affix->size(), rest));
  }
  if (!kPrefix && absl::EndsWith(text.bytes(), affix->bytes())) {
    return in.heap().Text(text.Part(0, rest));
  }
  return self;
}

template <bool (*kHolds)(char32_t)>
Result AllAre(Interpreter& in, const Value& self, const CallArguments&) {
  absl::string_view text = self.bytes();
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 4));
  bool all = !text.empty();
  while (all && !text.empty()) {
    const size_t size = CharacterSize(text);
    all = kHolds(CodePoint(text, size));
    text.remove_prefix(size);
  }
  return Value::Bool(all);
}

// Whether there are letters with a case, and all have that one.
template <bool kUpper>
Result AreCased(Interpreter& in, const Value& self, const CallArguments&) {
  absl::string_view text = self.bytes();
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(text.size() * 4));
  bool any = false;
  while (!text.empty()) {
    const size_t size = CharacterSize(text);
    const char32_t code = CodePoint(text, size);
    if (IsTitle(code) || (kUpper ? IsLower(code) : IsUpper(code))) {
      return Value::Bool(false);
    }
    any |= kUpper ? IsUpper(code) : IsLower(code);
    text.remove_prefix(size);
  }
  return Value::Bool(any);
}

Result IsAscii(Interpreter& in, const Value& self, const CallArguments&) {
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size()));
  const std::string& text = self.bytes();
  return Value::Bool(std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<uint8_t>(c) < 0x80;
  }));
}

template <char kAlign>
Result Justify(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("justify", call, {"width", "fillchar"}, 1));
  FormatSpec spec;
  TESSERA_ASSIGN_OR_RETURN(spec.width, IntOr(args[0], 0));
  const MarkedText space(" ");
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* fill, TextOr(args[1], &space));
  if (CountCharacters(fill->bytes()) != 1) {
    return WrongType(*args[1], "one character");
  }
  spec.fill = CodePoint(fill->bytes(), fill->size());
  spec.align = kAlign;
  TESSERA_RETURN_IF_ERROR(in.heap().CheckRoom(spec.width));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(spec.width));
  if (kAlign == '^') return in.heap().Text(Centered(self.text(), spec));
  return in.heap().Text(Aligned(self.text(), spec, kAlign));
}

Result Zfill(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("zfill", call, {"width"}, 1));
  FormatSpec spec;
  TESSERA_ASSIGN_OR_RETURN(spec.width, IntOr(args[0], 0));
  TESSERA_RETURN_IF_ERROR(in.heap().CheckRoom(spec.width));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(spec.width));
  spec.fill = '0';
  spec.align = '>';
  const MarkedText& text = self.text();
  const bool has_sign =
      !text.empty() && (text.bytes()[0] == '-' || text.bytes()[0] == '+');
  if (!has_sign) return in.heap().Text(Aligned(text, spec, '>'));
  --spec.width;
  MarkedText result = text.Part(0, 1);
  result.Append(Aligned(text.Part(1, text.size() - 1), spec, '>'));
  return in.heap().Text(std::move(result));
}

Result Format(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(MarkedText text, BraceFormat(in, self.text(), call));
  return in.heap().Text(std::move(text));
}

constexpr NamedFunction kMethods[] = {
    {"capitalize", Capitalize},
    {"casefold", Convert<ToLower>},
    {"center", Justify<'^'>},
    {"count", CountInText},
    {"endswith", EndsWith},
    {"find", FindInText},
    {"format", Format},
    {"index", IndexInText},
    {"isalnum", AllAre<IsAlnum>},
    {"isalpha", AllAre<IsAlpha>},
    {"isascii", IsAscii},
    {"isdecimal", AllAre<IsDecimal>},
    {"isdigit", AllAre<IsDigit>},
    {"islower", AreCased<false>},
    {"isnumeric", AllAre<IsNumeric>},
    {"isspace", AllAre<IsSpace>},
    {"isupper", AreCased<true>},
    {"join", JoinText},
    {"ljust", Justify<'<'>},
    {"lower", Convert<ToLower>},
    {"lstrip", Strip<true, false>},
    {"partition", PartitionText},
    {"removeprefix", RemoveAffix<true>},
    {"removesuffix", RemoveAffix<false>},
    {"replace", Replace},
    {"rfind", FindLastInText},
    {"rindex", LastIndexInText},
    {"rjust", Justify<'>'>},
    {"rpartition", RightPartitionText},
    {"rsplit", RightSplitText},
    {"rstrip", Strip<false, true>},
    {"split", SplitText},
    {"splitlines", SplitLines},
    {"startswith", StartsWith},
    {"strip", Strip<true, true>},
    {"swapcase", Swapcase},
    {"title", Title},
    {"upper", Convert<ToUpper>},
    {"zfill", Zfill},
};

}  // namespace

absl::Span<const NamedFunction> TextMethods() { return kMethods; }

}  // namespace tessera::jinja
