// The byte-level alphabet of GPT-2: a printable character for every byte, so
// that vocabularies of arbitrary bytes are text.
//
// Bytes 21-7E, A1-AC and AE-FF are the characters of the same number; the other
// 68 are U+0100, U+0101, ... in ascending order (gpt-2's encoder.py,
// bytes_to_unicode).
#ifndef RUNTIME_TOKENIZER_BYTE_LEVEL_H_
#define RUNTIME_TOKENIZER_BYTE_LEVEL_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// The character of `byte` in UTF-8, 1 or 2 bytes. Static storage.
absl::string_view ByteLevelChar(uint8_t byte);

// The spelling of `bytes`, any bytes, appended to `spelling`.
void AppendByteLevel(absl::string_view bytes, std::string* spelling);

// The bytes that `spelling` stands for. What is not of the alphabet stays as it
// is. The inverse of AppendByteLevel.
std::string DecodeByteLevel(absl::string_view spelling);

// The same, as the Rust library `tokenizers` decodes a token: if anything is
// not of the alphabet, all of it stays as it is.
std::string DecodeByteLevelToken(absl::string_view spelling);

}  // namespace tessera

#endif  // RUNTIME_TOKENIZER_BYTE_LEVEL_H_
