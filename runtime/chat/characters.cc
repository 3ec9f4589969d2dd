#include "runtime/chat/characters.h"

#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/utf8.h"

namespace tessera::jinja {
namespace {

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

icu::UnicodeString FromUtf8(absl::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
}

std::string Utf8Of(const icu::UnicodeString& text) {
  std::string result;
  text.toUTF8String(result);
  return result;
}

}  // namespace

size_t CharacterSize(absl::string_view text) {
  if (static_cast<uint8_t>(text[0]) < 0x80) return 1;
  return std::max<size_t>(Utf8CharSize(text), 1);
}

char32_t CodePoint(absl::string_view text, size_t size) {
  const auto byte = [&](size_t i) {
    return static_cast<char32_t>(static_cast<uint8_t>(text[i]));
  };
  switch (size) {
    case 2:
      return (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
    case 3:
      return (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
    case 4:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 |
             (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
    default:
      return byte(0);
  }
}

void AppendCodePoint(char32_t code, std::string* text) {
  const auto push = [&](char32_t byte) {
    text->push_back(static_cast<char>(byte));
  };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xc0 | code >> 6);
    push(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    push(0xe0 | code >> 12);
    push(0x80 | (code >> 6 & 0x3f));
    push(0x80 | (code & 0x3f));
  } else {
    push(0xf0 | code >> 18);
    push(0x80 | (code >> 12 & 0x3f));
    push(0x80 | (code >> 6 & 0x3f));
    push(0x80 | (code & 0x3f));
  }
}

int64_t CountCharacters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xc0) != 0x80;
  });
}

size_t CharacterOffset(absl::string_view text, int64_t index) {
  size_t offset = 0;
  for (; index > 0 && offset < text.size(); --index) {
    offset += CharacterSize(text.substr(offset));
  }
  return offset;
}

bool IsSpace(char32_t code) {
  if (code < 0x80)
    return code == ' ' || (code >= 9 && code <= 13) ||
           (code >= 0x1c && code <= 0x1f);
  return code == 0x85 ||
         u_charType(static_cast<UChar32>(code)) == U_SPACE_SEPARATOR ||
         code == 0x2028 || code == 0x2029;
}

bool IsPrintable(char32_t code) {
  if (code < 0x7f) return code >= ' ';
  switch (u_charType(static_cast<UChar32>(code))) {
    case U_UNASSIGNED:
    case U_SPACE_SEPARATOR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_PRIVATE_USE_CHAR:
    case U_SURROGATE:
      return false;
    default:
      return true;
  }
}

bool IsAlpha(char32_t code) { return u_isalpha(static_cast<UChar32>(code)); }

bool IsDecimal(char32_t code) {
  return u_charType(static_cast<UChar32>(code)) == U_DECIMAL_DIGIT_NUMBER;
}

bool IsDigit(char32_t code) {
  const auto type = static_cast<UNumericType>(
      u_getIntPropertyValue(static_cast<UChar32>(code), UCHAR_NUMERIC_TYPE));
  return type == U_NT_DECIMAL || type == U_NT_DIGIT;
}

bool IsNumeric(char32_t code) {
  return u_getIntPropertyValue(static_cast<UChar32>(code),
                               UCHAR_NUMERIC_TYPE) != U_NT_NONE;
}

bool IsUpper(char32_t code) {
  return u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_UPPERCASE);
}

bool IsLower(char32_t code) {
  return u_hasBinaryProperty(static_cast<UChar32>(code), UCHAR_LOWERCASE);
}

bool IsTitle(char32_t code) { return u_istitle(static_cast<UChar32>(code)); }

std::string ToUpper(absl::string_view text) {
  std::string result(text);
  if (!IsAscii(text))
    return Utf8Of(FromUtf8(text).toUpper(icu::Locale::getRoot()));
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return result;
}

std::string ToLower(absl::string_view text) {
  std::string result(text);
  if (!IsAscii(text))
    return Utf8Of(FromUtf8(text).toLower(icu::Locale::getRoot()));
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return result;
}

std::string ToTitle(char32_t code) {
  std::string result;
  const auto title =
      static_cast<char32_t>(u_totitle(static_cast<UChar32>(code)));
  AppendCodePoint(code, &result);
  // What has a letter for titles takes it; what becomes several ("ß") is
  // spelled out.
  if (title != code) {
    result.clear();
    AppendCodePoint(title, &result);
    return result;
  }
  icu::UnicodeString text = FromUtf8(result);
  return Utf8Of(text.toTitle(nullptr, icu::Locale::getRoot()));
}

size_t LeadingSpace(absl::string_view text) {
  size_t offset = 0;
  while (offset < text.size()) {
    const size_t size = CharacterSize(text.substr(offset));
    if (!IsSpace(CodePoint(text.substr(offset), size))) break;
    offset += size;
  }
  return offset;
}

size_t TrailingSpace(absl::string_view text) {
  size_t end = text.size();
  while (end > 0) {
    size_t begin = end - 1;
    while (begin > 0 && end - begin < 4 &&
           (static_cast<uint8_t>(text[begin]) & 0xc0) == 0x80) {
      --begin;
    }
    if (!IsSpace(CodePoint(text.substr(begin), end - begin))) break;
    end = begin;
  }
  return text.size() - end;
}

}  // namespace tessera::jinja
