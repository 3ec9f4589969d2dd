#include "runtime/tokenizer/unicode_class.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "base/utf8.h"

namespace tessera {
namespace {

// The Rust library's tables are those of these versions of Unicode.
constexpr uint8_t kMarkVersion = 12;
constexpr uint8_t kScriptVersion = 9;

bool IsNewerThan(char32_t c, uint8_t version) {
  UVersionInfo age = {};
  u_charAge(static_cast<UChar32>(c), age);
  return age[0] > version;
}

bool HasCategory(char32_t c, uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0;
}

// Bytes of the last character of `text`, or 0 if it ends with none.
size_t LastCharSize(absl::string_view text) {
  for (size_t size = 1; size <= std::min<size_t>(4, text.size()); ++size) {
    if (Utf8CharSize(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

}  // namespace

bool IsWhitespace(char32_t c) {
  if (c < 0x80) return absl::ascii_isspace(static_cast<unsigned char>(c));
  return u_isUWhiteSpace(static_cast<UChar32>(c));
}

bool IsWord(char32_t c) {
  if (c < 0x80) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  }
  return u_isUAlphabetic(static_cast<UChar32>(c)) ||
         HasCategory(c, U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK) ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_JOIN_CONTROL);
}

bool IsNumeric(char32_t c) {
  if (c < 0x80) return absl::ascii_isdigit(static_cast<unsigned char>(c));
  return HasCategory(c, U_GC_N_MASK);
}

bool IsPunctuation(char32_t c) {
  if (c < 0x80) return absl::ascii_ispunct(static_cast<unsigned char>(c));
  return HasCategory(c, U_GC_P_MASK);
}

bool IsMark(char32_t c) {
  return c >= 0x80 && HasCategory(c, U_GC_M_MASK) &&
         !IsNewerThan(c, kMarkVersion);
}

int ScriptOf(char32_t c) {
  if (c == ' ') return -1;
  if (c == 0x30FC) return USCRIPT_HAN;
  if (IsNewerThan(c, kScriptVersion)) return -1;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(c), &error);
  switch (script) {
    case USCRIPT_UNKNOWN:
    case USCRIPT_INVALID_CODE:
      return -1;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
      return USCRIPT_HAN;
    default:
      return script;
  }
}

void AppendLowercase(char32_t c, std::string* text) {
  if (c == 0x130) {  // the only one that becomes two characters
    *text += "i\u0307";
  } else {
    AppendUtf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))), text);
  }
}

bool StartsWithWord(absl::string_view text) {
  const size_t size = Utf8CharSize(text);
  return size > 0 && IsWord(DecodeUtf8(text, size));
}

bool EndsWithWord(absl::string_view text) {
  const size_t size = LastCharSize(text);
  return size > 0 && IsWord(DecodeUtf8(text.substr(text.size() - size), size));
}

size_t LeadingWhitespace(absl::string_view text) {
  size_t position = 0;
  while (const size_t size = Utf8CharSize(text.substr(position))) {
    if (!IsWhitespace(DecodeUtf8(text.substr(position), size))) break;
    position += size;
  }
  return position;
}

size_t TrailingWhitespace(absl::string_view text) {
  size_t end = text.size();
  while (const size_t size = LastCharSize(text.substr(0, end))) {
    if (!IsWhitespace(DecodeUtf8(text.substr(end - size), size))) break;
    end -= size;
  }
  return text.size() - end;
}

}  // namespace tessera
