// Reference encodings of the tiny model's tokenizers (testdata/tiny).
#ifndef TESTS_TESTING_TOKENIZER_VECTORS_H_
#define TESTS_TESTING_TOKENIZER_VECTORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/tokenizer/tokenizer.h"

namespace tessera {

struct TokenizerVector {
  std::string text;  // any bytes
  std::vector<int32_t> ids;
  std::vector<int32_t> ids_parse_special;  // empty if the file has none
};

// The bytes of a file. Fails the running test if it cannot be read.
std::string ReadTestFile(const std::string& path);

// Fails the running test if `path` is no file of vectors.
std::vector<TokenizerVector> ReadTokenizerVectors(const std::string& path);

// All bytes that `ids` stand for.
std::string DecodeAll(const Tokenizer& tokenizer,
                      const std::vector<int32_t>& ids);

// Expects `tokenizer` to encode all 240 vectors of the byte-level tokenizer in
// both modes, and to decode them to the text.
void ExpectTinyVectors(const Tokenizer& tokenizer);

}  // namespace tessera

#endif  // TESTS_TESTING_TOKENIZER_VECTORS_H_
