#include "runtime/tokenizer/charsmap.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/utf8.h"

namespace tessera {
namespace {

constexpr size_t kUnitSize = 4;
constexpr size_t kMaxReplacement =
    256;  // of Unicode's own none has more than 33

uint32_t LoadUnit(const char* bytes) {
  const auto byte = [&](int i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i]));
  };
  return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

// Fields of a unit, as Darts-clone packs them.
bool HasLeaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t Value(uint32_t unit) { return unit & 0x7FFFFFFF; }
uint32_t Label(uint32_t unit) { return unit & 0x800000FF; }
uint32_t Offset(uint32_t unit) { return unit >> 10 << ((unit & 0x200) >> 6); }

// Calls on_grapheme for each extended grapheme cluster of `text`.
template <typename OnGrapheme>
void ForEachGrapheme(absl::string_view text, const OnGrapheme& on_grapheme) {
  UErrorCode error = U_ZERO_ERROR;
  UText view = UTEXT_INITIALIZER;
  utext_openUTF8(&view, text.data(), static_cast<int64_t>(text.size()), &error);
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(),
                                                  error));
  if (U_SUCCESS(error)) breaks->setText(&view, error);
  size_t begin = 0;
  if (U_SUCCESS(error)) {
    for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE;
         end = breaks->next()) {
      on_grapheme(text.substr(begin, static_cast<size_t>(end) - begin));
      begin = static_cast<size_t>(end);
    }
  }
  utext_close(&view);
  if (begin < text.size()) on_grapheme(text.substr(begin));
}

// Among ASCII alone only "\r\n" is a cluster of two.
template <typename OnGrapheme>
void ForEachAsciiGrapheme(absl::string_view text,
                          const OnGrapheme& on_grapheme) {
  while (!text.empty()) {
    const size_t size = text.substr(0, 2) == "\r\n" ? 2 : 1;
    on_grapheme(text.substr(0, size));
    text.remove_prefix(size);
  }
}

}  // namespace

absl::StatusOr<Charsmap> Charsmap::Create(absl::string_view data) {
  if (data.size() < kUnitSize) {
    return absl::DataLossError("charsmap: shorter than its first number");
  }
  const uint32_t trie_size = LoadUnit(data.data());
  data.remove_prefix(kUnitSize);
  if (trie_size > data.size() || trie_size % kUnitSize != 0 || trie_size == 0) {
    return absl::DataLossError(absl::StrCat("charsmap: a trie of ", trie_size,
                                            " bytes in ", data.size()));
  }
  Charsmap charsmap;
  charsmap.trie_.reserve(trie_size / kUnitSize);
  for (size_t i = 0; i < trie_size; i += kUnitSize) {
    charsmap.trie_.push_back(LoadUnit(data.data() + i));
  }
  data.remove_prefix(trie_size);
  if (Utf8PrefixSize(data) != data.size()) {
    return absl::DataLossError("charsmap: replacements are not UTF-8");
  }
  for (const absl::string_view replacement :
       absl::StrSplit(data, absl::ByChar('\0'))) {
    if (replacement.size() > kMaxReplacement) {
      return absl::DataLossError(
          absl::StrCat("charsmap: a replacement of ", replacement.size(),
                       " bytes; at most ", kMaxReplacement, " are allowed"));
    }
  }
  charsmap.replacements_.assign(data.data(), data.size());
  return charsmap;
}

std::optional<Charsmap::Match> Charsmap::FindPrefix(absl::string_view text,
                                                    bool longest) const {
  std::optional<Match> found;
  size_t node = Offset(trie_[0]);
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    node ^= byte;
    if (byte == 0 || node >= trie_.size()) break;
    const uint32_t unit = trie_[node];
    if (Label(unit) != byte) break;
    node ^= Offset(unit);
    if (!HasLeaf(unit)) continue;
    if (node >= trie_.size()) break;
    const size_t begin = Value(trie_[node]);
    if (begin > replacements_.size()) break;
    const char* const replacement = replacements_.c_str() + begin;
    // Not inside of a character.
    if ((static_cast<uint8_t>(*replacement) & 0xC0) == 0x80) break;
    found = Match{i + 1, replacement};
    if (!longest) break;
  }
  return found;
}

std::string Charsmap::NormalizeByPrefix(absl::string_view text) const {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    size_t size = std::max<size_t>(Utf8CharSize(text), 1);
    absl::string_view replacement = text.substr(0, size);
    if (const auto match = FindPrefix(text, true)) {
      replacement = match->replacement;
      size = match->size;
    }
    result.append(replacement.data(), replacement.size());
    text.remove_prefix(size);
  }
  return result;
}

void Charsmap::AppendGrapheme(absl::string_view grapheme,
                              std::string* result) const {
  constexpr size_t kTooLong = 6;
  const auto whole =
      grapheme.size() < kTooLong ? FindPrefix(grapheme, false) : std::nullopt;
  if (whole.has_value()) {
    result->append(whole->replacement.data(), whole->replacement.size());
    return;
  }
  while (!grapheme.empty()) {
    const size_t size = std::max<size_t>(Utf8CharSize(grapheme), 1);
    const absl::string_view character = grapheme.substr(0, size);
    const auto match = FindPrefix(character, false);
    const absl::string_view text =
        match.has_value() ? match->replacement : character;
    result->append(text.data(), text.size());
    grapheme.remove_prefix(size);
  }
}

std::string Charsmap::NormalizeByGrapheme(absl::string_view text) const {
  std::string result;
  result.reserve(text.size());
  const auto append = [&](absl::string_view grapheme) {
    AppendGrapheme(grapheme, &result);
  };
  if (IsAscii(text)) {
    ForEachAsciiGrapheme(text, append);
  } else {
    ForEachGrapheme(text, append);
  }
  return result;
}

}  // namespace tessera
