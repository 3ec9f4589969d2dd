#include "runtime/chat/text_edits.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "runtime/chat/characters.h"

namespace tessera::jinja {

size_t FindBytes(absl::string_view text, absl::string_view wanted,
                 size_t from) {
  if (from > text.size()) return absl::string_view::npos;
  const void* found = memmem(text.data() + from, text.size() - from,
                             wanted.data(), wanted.size());
  if (found == nullptr) return absl::string_view::npos;
  return static_cast<const char*>(found) - text.data();
}

absl::StatusOr<MarkedText> Stripped(ValueHeap& heap, const MarkedText& text,
                                    const MarkedText* characters, bool left,
                                    bool right) {
  TESSERA_RETURN_IF_ERROR(heap.SpendBytes(text.size()));
  const absl::string_view bytes = text.bytes();
  size_t begin = 0;
  size_t end = bytes.size();
  if (characters == nullptr) {
    if (left) begin = LeadingSpace(bytes);
    if (right) end -= TrailingSpace(bytes.substr(begin));
    // Each character is looked up.
    TESSERA_RETURN_IF_ERROR(
        heap.SpendBytes((bytes.size() - (end - begin)) * 16));
    return text.Part(begin, end - begin);
  }
  const absl::string_view set = characters->bytes();
  TESSERA_RETURN_IF_ERROR(heap.SpendBytes(bytes.size() * set.size()));
  // No character of UTF-8 is found within another.
  const auto is_in_set = [&](absl::string_view character) {
    return set.find(character) != absl::string_view::npos;
  };
  while (left && begin < end) {
    const size_t size = CharacterSize(bytes.substr(begin));
    if (!is_in_set(bytes.substr(begin, size))) break;
    begin += size;
  }
  while (right && end > begin) {
    size_t last = end - 1;
    while (last > begin && (static_cast<uint8_t>(bytes[last]) & 0xc0) == 0x80) {
      --last;
    }
    if (!is_in_set(bytes.substr(last, end - last))) break;
    end = last;
  }
  return text.Part(begin, end - begin);
}

absl::StatusOr<MarkedText> Replaced(ValueHeap& heap, const MarkedText& text,
                                    const MarkedText& old,
                                    const MarkedText& replacement,
                                    int64_t count) {
  const absl::string_view bytes = text.bytes();
  TESSERA_RETURN_IF_ERROR(heap.SpendBytes(bytes.size() * 2));
  MarkedText result;
  size_t done = 0;
  size_t from = 0;
  for (; count != 0 && from <= bytes.size(); --count) {
    const size_t at = FindBytes(bytes, old.bytes(), from);
    if (at == absl::string_view::npos) break;
    result.AppendPart(text, done, at - done);
    result.Append(replacement);
    TESSERA_RETURN_IF_ERROR(heap.Spend(1 + replacement.size() / 64));
    TESSERA_RETURN_IF_ERROR(
        heap.CheckRoom(static_cast<int64_t>(result.size())));
    done = at + old.size();
    // An empty text is found between any two characters.
    from = !old.empty()        ? done
           : at < bytes.size() ? at + CharacterSize(bytes.substr(at))
                               : bytes.size() + 1;
  }
  result.AppendPart(text, done, bytes.size() - done);
  return result;
}

MarkedText Converted(const MarkedText& text,
                     std::string (*convert)(absl::string_view)) {
  MarkedText result;
  text.ForEachRun([&](absl::string_view run, bool outside) {
    result.Append(convert(run), outside);
  });
  return result;
}

MarkedText Escaped(const MarkedText& text) {
  return Converted(text, [](absl::string_view run) {
    return absl::StrReplaceAll(run, {{"&", "&amp;"},
                                     {"<", "&lt;"},
                                     {">", "&gt;"},
                                     {"\"", "&#34;"},
                                     {"'", "&#39;"}});
  });
}

MarkedText Capitalized(const MarkedText& text) {
  if (text.empty()) return text;
  const size_t size = CharacterSize(text.bytes());
  MarkedText result(ToTitle(CodePoint(text.bytes(), size)),
                    text.IsOutside(0, size));
  result.Append(Converted(text.Part(size, text.size() - size), ToLower));
  return result;
}

}  // namespace tessera::jinja
