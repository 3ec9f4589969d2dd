#include "runtime/tokenizer/word_starts.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace tessera {
namespace {

constexpr absl::string_view kSpace = "\xE2\x96\x81";  // U+2581
constexpr char32_t kNoChar = 0xFFFFFFFF;

// The last character of `text`, not empty, or kNoChar if it is no UTF-8.
char32_t LastChar(absl::string_view text) {
  for (size_t size = 1; size <= std::min<size_t>(4, text.size()); ++size) {
    const absl::string_view tail = text.substr(text.size() - size);
    if (Utf8CharSize(tail) == size) return DecodeUtf8(tail, size);
  }
  return kNoChar;
}

}  // namespace

WordStarts::WordStarts(const Vocabulary& vocabulary)
    : has_space_(vocabulary.Find(kSpace).has_value()) {
  others_.insert(kNoChar);
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const absl::string_view text = vocabulary.Text(id);
    for (size_t space = text.find(kSpace, 1); space != absl::string_view::npos;
         space = text.find(kSpace, space + kSpace.size())) {
      const char32_t c = LastChar(text.substr(0, space));
      if (c < ascii_.size()) {
        ascii_[c] = true;
      } else {
        others_.insert(c);
      }
    }
  }
}

bool WordStarts::JoinsSpace(absl::string_view text) const {
  const uint8_t last = static_cast<uint8_t>(text.back());
  if (last < ascii_.size()) return ascii_[last];
  return others_.contains(LastChar(text));
}

void WordStarts::Split(
    absl::string_view text,
    absl::FunctionRef<void(absl::string_view)> on_part) const {
  size_t begin = 0;
  size_t space = has_space_ ? text.find(kSpace, 1) : absl::string_view::npos;
  while (space != absl::string_view::npos) {
    if (!JoinsSpace(text.substr(begin, space - begin))) {
      on_part(text.substr(begin, space - begin));
      begin = space;
    }
    space = text.find(kSpace, space + kSpace.size());
  }
  if (begin < text.size()) on_part(text.substr(begin));
}

}  // namespace tessera
