#include "runtime/chat/text_parts.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"
#include "runtime/chat/text_edits.h"
#include "runtime/chat/value_operations.h"

namespace tessera::jinja {
namespace {

using Result = absl::StatusOr<Value>;

absl::StatusOr<Value> ListOf(ValueHeap& heap, ValueKind kind,
                             std::vector<MarkedText> parts) {
  std::vector<Value> items;
  TESSERA_RETURN_IF_ERROR(heap.Spend(static_cast<int64_t>(parts.size())));
  for (MarkedText& part : parts) {
    TESSERA_ASSIGN_OR_RETURN(Value item, heap.Text(std::move(part)));
    items.push_back(std::move(item));
  }
  return heap.List(kind, std::move(items));
}

// Takes another part, if there is room for it.
absl::Status AddPart(ValueHeap& heap, MarkedText part,
                     std::vector<MarkedText>* parts) {
  TESSERA_RETURN_IF_ERROR(heap.Spend(1));
  TESSERA_RETURN_IF_ERROR(
      heap.CheckRoom(static_cast<int64_t>(parts->size() * 128)));
  parts->push_back(std::move(part));
  return absl::OkStatus();
}

using Parts = absl::StatusOr<std::vector<MarkedText>>;

// Words, at most `most` splits from the left.
Parts Words(ValueHeap& heap, const MarkedText& text, int64_t most) {
  std::vector<MarkedText> words;
  const absl::string_view bytes = text.bytes();
  size_t at = LeadingSpace(bytes);
  while (at < bytes.size()) {
    size_t end = at;
    if (most-- == 0) {
      end = bytes.size() - TrailingSpace(bytes);
    } else {
      while (end < bytes.size()) {
        const size_t size = CharacterSize(bytes.substr(end));
        if (IsSpace(CodePoint(bytes.substr(end), size))) break;
        end += size;
      }
    }
    TESSERA_RETURN_IF_ERROR(AddPart(heap, text.Part(at, end - at), &words));
    at = end + LeadingSpace(bytes.substr(end));
  }
  return words;
}

Parts WordsFromRight(ValueHeap& heap, const MarkedText& text, int64_t most) {
  std::vector<MarkedText> words;
  const absl::string_view bytes = text.bytes();
  size_t end = bytes.size() - TrailingSpace(bytes);
  while (end > 0) {
    size_t begin = end;
    if (most-- == 0) {
      begin = LeadingSpace(bytes);
    } else {
      while (begin > 0) {
        size_t before = begin - 1;
        while (before > 0 &&
               (static_cast<uint8_t>(bytes[before]) & 0xc0) == 0x80) {
          --before;
        }
        if (IsSpace(CodePoint(bytes.substr(before), begin - before))) break;
        begin = before;
      }
    }
    TESSERA_RETURN_IF_ERROR(
        AddPart(heap, text.Part(begin, end - begin), &words));
    end = begin - TrailingSpace(bytes.substr(0, begin));
  }
  std::reverse(words.begin(), words.end());
  return words;
}

Parts Pieces(ValueHeap& heap, const MarkedText& text,
             const std::string& separator, int64_t most) {
  std::vector<MarkedText> pieces;
  size_t at = 0;
  for (; most != 0; --most) {
    const size_t end = FindBytes(text.bytes(), separator, at);
    if (end == std::string::npos) break;
    TESSERA_RETURN_IF_ERROR(AddPart(heap, text.Part(at, end - at), &pieces));
    at = end + separator.size();
  }
  pieces.push_back(text.Part(at, text.size() - at));
  return pieces;
}

Parts PiecesFromRight(ValueHeap& heap, const MarkedText& text,
                      const std::string& separator, int64_t most) {
  std::vector<MarkedText> pieces;
  size_t end = text.size();
  for (; most != 0 && end >= separator.size(); --most) {
    const size_t at = text.bytes().rfind(separator, end - separator.size());
    if (at == std::string::npos) break;
    const size_t begin = at + separator.size();
    TESSERA_RETURN_IF_ERROR(
        AddPart(heap, text.Part(begin, end - begin), &pieces));
    end = at;
  }
  pieces.push_back(text.Part(0, end));
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

// What a backward search may compare, at worst.
int64_t BackwardBytes(const MarkedText& text, const MarkedText& wanted) {
  return static_cast<int64_t>(text.size() * (8 + wanted.size()) / 8);
}

Result Split(Interpreter& in, const Value& self, const CallArguments& call,
             bool from_right) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("split", call, {"sep", "maxsplit"}));
  TESSERA_ASSIGN_OR_RETURN(const int64_t most, IntOr(args[1], -1));
  ValueHeap& heap = in.heap();
  const MarkedText& text = self.text();
  TESSERA_RETURN_IF_ERROR(heap.SpendBytes(text.size() * 2));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* separator, TextOrNull(args[0]));
  if (separator == nullptr) {
    TESSERA_ASSIGN_OR_RETURN(std::vector<MarkedText> words,
                             from_right ? WordsFromRight(heap, text, most)
                                        : Words(heap, text, most));
    return ListOf(heap, ValueKind::kList, std::move(words));
  }
  if (separator->empty()) return absl::InvalidArgumentError("empty separator");
  if (from_right) {
    TESSERA_RETURN_IF_ERROR(heap.SpendBytes(BackwardBytes(text, *separator)));
  }
  TESSERA_ASSIGN_OR_RETURN(
      std::vector<MarkedText> pieces,
      from_right ? PiecesFromRight(heap, text, separator->bytes(), most)
                 : Pieces(heap, text, separator->bytes(), most));
  return ListOf(heap, ValueKind::kList, std::move(pieces));
}

Result Partition(Interpreter& in, const Value& self, const CallArguments& call,
                 bool from_right) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("partition", call, {"sep"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const MarkedText* separator,
                           TextOr(args[0], nullptr));
  if (separator->empty()) return absl::InvalidArgumentError("empty separator");
  const MarkedText& text = self.text();
  TESSERA_RETURN_IF_ERROR(
      in.heap().SpendBytes(BackwardBytes(text, *separator)));
  const size_t at = from_right ? text.bytes().rfind(separator->bytes())
                               : FindBytes(text.bytes(), separator->bytes(), 0);
  std::vector<MarkedText> parts(3);
  if (at == std::string::npos) {
    parts[from_right ? 2 : 0] = text;
  } else {
    const size_t end = at + separator->size();
    parts = {text.Part(0, at), *separator, text.Part(end, text.size() - end)};
  }
  return ListOf(in.heap(), ValueKind::kTuple, std::move(parts));
}

// Bytes of the line end at the start of `text`, or 0.
size_t LineEndSize(absl::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '\r') return text.size() > 1 && text[1] == '\n' ? 2 : 1;
  const size_t size = CharacterSize(text);
  const char32_t code = CodePoint(text, size);
  const bool ends = (code >= 0x0a && code <= 0x0d) ||
                    (code >= 0x1c && code <= 0x1e) || code == 0x85 ||
                    code == 0x2028 || code == 0x2029;
  return ends ? size : 0;
}

}  // namespace

absl::StatusOr<std::vector<MarkedText>> LinesOf(ValueHeap& heap,
                                                const MarkedText& text,
                                                bool keep_ends) {
  std::vector<MarkedText> lines;
  const absl::string_view bytes = text.bytes();
  for (size_t at = 0; at < bytes.size();) {
    size_t end = at;
    size_t mark = 0;
    while (end < bytes.size()) {
      mark = LineEndSize(bytes.substr(end));
      if (mark > 0) break;
      end += CharacterSize(bytes.substr(end));
    }
    TESSERA_RETURN_IF_ERROR(AddPart(
        heap, text.Part(at, end - at + (keep_ends ? mark : 0)), &lines));
    at = end + mark;
  }
  return lines;
}

MarkedText Centered(const MarkedText& text, const FormatSpec& spec) {
  const int64_t missing = spec.width - CountCharacters(text.bytes());
  if (missing <= 0) return text;
  const int64_t before = missing / 2 + (missing & spec.width & 1);
  FormatSpec left = spec;
  left.align = '>';
  left.width = spec.width - (missing - before);
  FormatSpec right = spec;
  right.align = '<';
  return Aligned(Aligned(text, left, '>'), right, '<');
}

Result SplitText(Interpreter& in, const Value& self,
                 const CallArguments& call) {
  return Split(in, self, call, false);
}

Result RightSplitText(Interpreter& in, const Value& self,
                      const CallArguments& call) {
  return Split(in, self, call, true);
}

Result SplitLines(Interpreter& in, const Value& self,
                  const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args,
                           Bind("splitlines", call, {"keepends"}));
  TESSERA_RETURN_IF_ERROR(in.heap().SpendBytes(self.text().size() * 8));
  TESSERA_ASSIGN_OR_RETURN(
      std::vector<MarkedText> lines,
      LinesOf(in.heap(), self.text(), TruthOr(args[0], false)));
  return ListOf(in.heap(), ValueKind::kList, std::move(lines));
}

Result PartitionText(Interpreter& in, const Value& self,
                     const CallArguments& call) {
  return Partition(in, self, call, false);
}

Result RightPartitionText(Interpreter& in, const Value& self,
                          const CallArguments& call) {
  return Partition(in, self, call, true);
}

Result JoinText(Interpreter& in, const Value& self, const CallArguments& call) {
  TESSERA_ASSIGN_OR_RETURN(const auto args, Bind("join", call, {"parts"}, 1));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<Value> parts,
                           Elements(in.heap(), *args[0]));
  MarkedText result;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].IsText()) {
      return absl::InvalidArgumentError(
          absl::StrCat("sequence item ", i, ": expected str instance, ",
                       TypeName(parts[i]), " found"));
    }
    if (i > 0) result.Append(self.text());
    result.Append(parts[i].text());
    TESSERA_RETURN_IF_ERROR(in.heap().Spend(
        1 + (self.text().size() + parts[i].text().size()) / 512));
    TESSERA_RETURN_IF_ERROR(
        in.heap().CheckRoom(static_cast<int64_t>(result.size())));
  }
  return in.heap().Text(std::move(result));
}

}  // namespace tessera::jinja
