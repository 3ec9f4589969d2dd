#include "runtime/tokenizer/unicode_form.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace tessera {
namespace {

// ICU counts bytes with 32 bits.
constexpr size_t kMaxChunk = size_t{1} << 28;

// The Rust library's tables are those of Unicode 12.
struct CharacterSets {
  CharacterSets() {
    UErrorCode error = U_ZERO_ERROR;
    known.applyPattern("[:age=12.1:]", error);
    newer.applyPattern(
        "[[:^age=12.1:]&[[:^nfkd_inert:][:^nfkc_inert:][:^ccc=0:]]]", error);
    marks.applyPattern("[[:age=12.1:]&[:^ccc=0:]]", error);
    known.freeze();
    newer.freeze();
    marks.freeze();
  }

  icu::UnicodeSet known;
  icu::UnicodeSet newer;  // what a form would change or move, but is not known
  icu::UnicodeSet marks;  // what a form sorts by its combining class
};

const CharacterSets& Sets() {
  static const CharacterSets* const sets = new CharacterSets;
  return *sets;
}

// Bytes of `text`, at most 2^31, up to the first character that is in `set`, or
// that is not.
size_t Span(const icu::UnicodeSet& set, absl::string_view text, bool in_set) {
  return static_cast<size_t>(
      set.spanUTF8(text.data(), static_cast<int32_t>(text.size()),
                   in_set ? USET_SPAN_CONTAINED : USET_SPAN_NOT_CONTAINED));
}

// ICU sorts a run of marks in quadratic time, unless it is sorted already.
constexpr size_t kLongRun = 256;

std::string SortedMarks(absl::string_view run) {
  std::vector<std::pair<uint8_t, absl::string_view>> marks;
  while (!run.empty()) {
    const size_t size = Utf8CharSize(run);
    const char32_t c = DecodeUtf8(run, size);
    marks.emplace_back(u_getCombiningClass(static_cast<UChar32>(c)),
                       run.substr(0, size));
    run.remove_prefix(size);
  }
  std::stable_sort(
      marks.begin(), marks.end(),
      [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string sorted;
  for (const auto& mark : marks) absl::StrAppend(&sorted, mark.second);
  return sorted;
}

// `text` with its long runs of marks sorted, which changes no form of it;
// *storage holds it if there are any.
absl::string_view SortLongRuns(absl::string_view text, std::string* storage) {
  size_t copied = 0;
  for (size_t i = 0; i < text.size();) {
    i += Span(Sets().marks, text.substr(i), false);
    const size_t size = Span(Sets().marks, text.substr(i), true);
    if (size > kLongRun) {
      absl::StrAppend(storage, text.substr(copied, i - copied),
                      SortedMarks(text.substr(i, size)));
      copied = i + size;
    }
    i += size;
  }
  if (copied == 0) return text;
  absl::StrAppend(storage, text.substr(copied));
  return *storage;
}

const icu::Normalizer2* FindForm(NormalizerStep::UnicodeForm form) {
  UErrorCode error = U_ZERO_ERROR;
  switch (form) {
    case NormalizerStep::NFC:
      return icu::Normalizer2::getNFCInstance(error);
    case NormalizerStep::NFD:
      return icu::Normalizer2::getNFDInstance(error);
    case NormalizerStep::NFKC:
      return icu::Normalizer2::getNFKCInstance(error);
    case NormalizerStep::NFKD:
      return icu::Normalizer2::getNFKDInstance(error);
    default:
      return nullptr;
  }
}

// Bytes of `text` to normalize at once. No character joins with one of ASCII
// behind it.
size_t ChunkSize(absl::string_view text) {
  if (text.size() <= kMaxChunk) return text.size();
  size_t size = kMaxChunk;
  while (size > 0 && static_cast<uint8_t>(text[size]) >= 0x80) --size;
  if (size > 0) return size;
  for (size = kMaxChunk; Utf8CharSize(text.substr(size, 4)) == 0;) --size;
  return size;
}

}  // namespace

bool AppendInUnicodeForm(NormalizerStep::UnicodeForm form,
                         absl::string_view text, std::string* result) {
  const icu::Normalizer2* const normalizer = FindForm(form);
  if (normalizer == nullptr || IsAscii(text)) return false;
  const size_t old_size = result->size();
  icu::StringByteSink<std::string> sink(
      result, static_cast<int32_t>(std::min(text.size(), kMaxChunk)));
  bool changed = false;
  while (!text.empty()) {
    const size_t size = ChunkSize(text);
    std::string storage;
    const absl::string_view sorted =
        SortLongRuns(text.substr(0, size), &storage);
    const icu::StringPiece chunk(sorted.data(), static_cast<int32_t>(size));
    UErrorCode error = U_ZERO_ERROR;
    if (normalizer->isNormalizedUTF8(chunk, error)) {
      absl::StrAppend(result, sorted);
      changed = changed || !storage.empty();
    } else if (Span(Sets().newer, sorted, false) < size) {
      changed = true;
      icu::FilteredNormalizer2(*normalizer, Sets().known)
          .normalizeUTF8(0, chunk, sink, nullptr, error);
    } else {
      changed = true;
      normalizer->normalizeUTF8(0, chunk, sink, nullptr, error);
    }
    text.remove_prefix(size);
  }
  if (!changed) result->resize(old_size);
  return changed;
}

}  // namespace tessera
