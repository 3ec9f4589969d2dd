// Tokens "<0xNN>" that stand for single bytes.
#ifndef RUNTIME_TOKENIZER_BYTE_TOKENS_H_
#define RUNTIME_TOKENIZER_BYTE_TOKENS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/tokenizer/vocabulary.h"

namespace tessera {

// The byte that "<0xNN>" names, or nullopt. Either case of letters.
std::optional<uint8_t> ParseByteToken(absl::string_view text);

class ByteTokens {
 public:
  // The tokens of type 6. DataLoss for one that is not spelled "<0xNN>".
  static absl::StatusOr<ByteTokens> ByType(const Vocabulary& vocabulary);

  // The tokens that are spelled "<0xNN>" with capital letters, as the Rust
  // library `tokenizers` looks for them.
  static ByteTokens BySpelling(const Vocabulary& vocabulary);

  // -1 where there is none.
  int32_t operator[](char byte) const {
    return ids_[static_cast<uint8_t>(byte)];
  }

  // Appends the tokens of all bytes of `text`; false, and nothing is appended,
  // if one of them has none.
  bool Append(absl::string_view text, std::vector<int32_t>* ids) const;

 private:
  ByteTokens() { ids_.fill(-1); }

  std::array<int32_t, 256> ids_;
};

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_BYTE_TOKENS_H_
