#include "runtime/llm/unescaped.h"

#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace tessera {
namespace {

// The byte that the two digits at the start of `text` stand for.
std::optional<char> HexByte(absl::string_view text) {
  int value;
  if (text.size() < 2 || !absl::ascii_isxdigit(text[0]) ||
      !absl::ascii_isxdigit(text[1]) ||
      !absl::SimpleHexAtoi(text.substr(0, 2), &value)) {
    return std::nullopt;
  }
  return static_cast<char>(value);
}

}  // namespace

std::string Unescaped(absl::string_view text) {
  constexpr absl::string_view kEscapes = "nrt'\"\\";
  constexpr absl::string_view kMeanings = "\n\r\t'\"\\";
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      result += text[i];
      continue;
    }
    const char escape = text[++i];
    const size_t known = kEscapes.find(escape);
    if (known != absl::string_view::npos) {
      result += kMeanings[known];
    } else if (const auto byte = HexByte(text.substr(i + 1));
               escape == 'x' && byte.has_value()) {
      result += *byte;
      i += 2;
    } else {
      result += '\\';
      result += escape;
    }
  }
  return result;
}

}  // namespace tessera
