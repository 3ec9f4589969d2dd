#include "runtime/tokenizer/byte_tokens.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/quoted.h"

namespace tessera {
namespace {

std::optional<int> HexDigit(char c) {
  if (absl::ascii_isdigit(static_cast<unsigned char>(c))) return c - '0';
  const char lower = absl::ascii_tolower(c);
  if ('a' <= lower && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<uint8_t> ParseByteToken(absl::string_view text) {
  if (text.size() != 6 || text.substr(0, 3) != "<0x" || text[5] != '>') {
    return std::nullopt;
  }
  const std::optional<int> high = HexDigit(text[3]);
  const std::optional<int> low = HexDigit(text[4]);
  if (!high.has_value() || !low.has_value()) return std::nullopt;
  return static_cast<uint8_t>(*high << 4 | *low);
}

absl::StatusOr<ByteTokens> ByteTokens::ByType(const Vocabulary& vocabulary) {
  ByteTokens tokens;
  for (int32_t id = vocabulary.size() - 1; id >= 0; --id) {
    if (vocabulary.Type(id) != TokenType::kByte) continue;
    const std::optional<uint8_t> byte = ParseByteToken(vocabulary.Text(id));
    if (!byte.has_value()) {
      return absl::DataLossError(absl::StrCat(
          "tokenizer: token ", id, " has type 6 (byte), but is spelled ",
          Quoted(vocabulary.Text(id)), ", expected '<0xNN>'"));
    }
    tokens.ids_[*byte] = id;
  }
  return tokens;
}

ByteTokens ByteTokens::BySpelling(const Vocabulary& vocabulary) {
  ByteTokens tokens;
  for (int byte = 0; byte < 256; ++byte) {
    tokens.ids_[byte] =
        vocabulary.FindSpelling(absl::StrFormat("<0x%02X>", byte)).value_or(-1);
  }
  return tokens;
}

bool ByteTokens::Append(absl::string_view text,
                        std::vector<int32_t>* ids) const {
  for (const char c : text) {
    if ((*this)[c] < 0) return false;
  }
  for (const char c : text) ids->push_back((*this)[c]);
  return true;
}

}  // namespace tessera
