// What the tokens of a vocabulary are.
#ifndef FORMATS_ARENA_TOKEN_TYPE_H_
#define FORMATS_ARENA_TOKEN_TYPE_H_

#include <cstdint>

namespace tessera {

// The numbers are GGUF's (tokenizer.ggml.token_type) and SentencePiece's
// (ModelProto.SentencePiece.Type). TokenizerData.token_type stores them in a
// byte each; they are frozen.
enum class TokenType : uint8_t {
  kNormal = 1,
  kUnknown = 2,      // stands for text that no other token covers
  kControl = 3,      // marks structure (begin of text, end of turn); no text
  kUserDefined = 4,  // matched as it is, before everything else
  kUnused = 5,       // a hole in the numbering
  kByte = 6,         // "<0xNN>": one byte of text that no other token covers
};

inline constexpr uint8_t kFirstTokenType = 1;
inline constexpr uint8_t kLastTokenType = 6;

}  // namespace tessera

#endif  // FORMATS_ARENA_TOKEN_TYPE_H_
