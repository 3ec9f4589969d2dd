#include "runtime/chat/text_search.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/text_edits.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

// A part of a text by code points, as find(sub, start, end) takes it.
struct Window {
  absl::string_view text;
  int64_t first;  // code points before it
  bool valid;
};

absl::StatusOr<Window> WindowOf(const MarkedText& text, const Value* start,
                                const Value* end) {
  const absl::string_view bytes = text.bytes();
  const int64_t length = CountCharacters(bytes);
  const auto index = [&](const Value* part,
                         int64_t standard) -> absl::StatusOr<int64_t> {
    if (part == nullptr || part->IsNone()) return standard;
    TESSERA_ASSIGN_OR_RETURN(int64_t at, IntOr(part, 0));
    if (at < 0) at = std::max<int64_t>(at + length, 0);
    return at;
  };
  TESSERA_ASSIGN_OR_RETURN(const int64_t from, index(start, 0));
  TESSERA_ASSIGN_OR_RETURN(int64_t to, index(end, length));
  to = std::min(to, length);
  if (from > to) return Window{"", 0, false};
  const size_t begin = CharacterOffset(bytes, from);
  const size_t size = CharacterOffset(bytes.substr(begin), to - from);
  return Window{bytes.substr(begin, size), from, true};
}

enum class Find { kFirst, kLast, kFirstOrError, kLastOrError, kCount };

int64_t CountOf(const Window& window, const std::string& wanted) {
  if (wanted.empty()) return CountCharacters(window.text) + 1;
  int64_t count = 0;
  for (size_t at = FindBytes(window.text, wanted, 0);
       at != absl::string_view::npos;
       at = FindBytes(window.text, wanted, at + wanted.size())) {
    ++count;
  }
  return count;
}

template <Find kFind>
Result FindText(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("find", call, {"sub", "start", "end"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* text, TextOr(args[0], nullptr));
  const std::string& wanted = text->bytes();
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 4));
  if (kFind == Find::kCount) {
    TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(
        self.text().size() * 16 / std::max<size_t>(wanted.size(), 1)));
  }
  if (kFind == Find::kLast || kFind == Find::kLastOrError) {
    TESSERA_RETURN_IF_ERROR(
        in.heap().SpendBytes(self.text().size() * (wanted.size() / 8)));
  }
  TESSERA_ASSIGN_OR_RETURN(const Window window,
                           WindowOf(self.text(), args[1], args[2]));
  if (kFind == Find::kCount) {
    return Value::Int(window.valid ? CountOf(window, wanted) : 0);
  }
  const size_t at = !window.valid ? absl::string_view::npos
                    : kFind == Find::kFirst || kFind == Find::kFirstOrError
                        ? FindBytes(window.text, wanted, 0)
                        : window.text.rfind(wanted);
  if (at != absl::string_view::npos) {
    return Value::Int(window.first +
                      CountCharacters(window.text.substr(0, at)));
  }
  if (kFind == Find::kFirst || kFind == Find::kLast) return Value::Int(-1);
  return absl::InvalidArgumentError("substring not found");
}

template <bool kAtStart>
Result StartsOrEnds(Interpreter& in, const Value& self,
                    const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind(kAtStart ? "startswith" : "endswith", call,
                                {"prefix", "start", "end"}, 1));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size()));
  TESSERA_ASSIGN_OR_RETURN(const Window window,
                           WindowOf(self.text(), args[1], args[2]));
  std::vector<Value> wanted = {*args[0]};
  if (args[0]->Is(ValueKind::kTuple)) wanted = args[0]->as<ListObject>().items;
  for (const Value& one : wanted) {
    TESSERA_ASSIGN_OR_RETURN(const MarkedText* affix, TextOr(&one, nullptr));
    if (window.valid &&
        (kAtStart ? absl::StartsWith(window.text, affix->bytes())
                  : absl::EndsWith(window.text, affix->bytes()))) {
      return Value::Bool(true);
    }
  }
  return Value::Bool(false);
}

}  // namespace

Result FindInText(Interpreter& in, const Value& self,
                  const CallArguments& call) {
  return FindText<Find::kFirst>(in, self, call);
}

Result FindLastInText(Interpreter& in, const Value& self,
                      const CallArguments& call) {
  return FindText<Find::kLast>(in, self, call);
}

Result IndexInText(Interpreter& in, const Value& self,
                   const CallArguments& call) {
  return FindText<Find::kFirstOrError>(in, self, call);
}

Result LastIndexInText(Interpreter& in, const Value& self,
                       const CallArguments& call) {
  return FindText<Find::kLastOrError>(in, self, call);
}

Result CountInText(Interpreter& in, const Value& self,
                   const CallArguments& call) {
  return FindText<Find::kCount>(in, self, call);
}

Result StartsWith(Interpreter& in, const Value& self,
                  const CallArguments& call) {
  return StartsOrEnds<true>(in, self, call);
}

Result EndsWith(Interpreter& in, const Value& self, const CallArguments& call) {
  return StartsOrEnds<false>(in, self, call);
}

}  // namespace tessera::jinja
