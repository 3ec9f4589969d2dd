#include "runtime/tokenizer/unicode_form.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtime/tokenizer/utf8.h"

namespace tessera {
namespace {

// ICU counts bytes with 32 bits.
constexpr size_t kMaxChunk = size_t{1} << 28;

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
    const icu::StringPiece chunk(text.data(), static_cast<int32_t>(size));
    UErrorCode error = U_ZERO_ERROR;
    if (normalizer->isNormalizedUTF8(chunk, error)) {
      result->append(text.data(), size);
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
