// SentencePiece's precompiled_charsmap, made for tests.
#ifndef TESTS_TESTING_SMALL_CHARSMAP_H_
#define TESTS_TESTING_SMALL_CHARSMAP_H_

#include <map>
#include <string>

namespace tessera {

// Texts and what each becomes, as runtime/tokenizer/charsmap.h reads them.
// Texts are not empty and share few prefixes; replacements have no zero byte.
std::string SmallCharsmap(const std::map<std::string, std::string>& entries);

}  // namespace tessera

#endif  // TESTS_TESTING_SMALL_CHARSMAP_H_
