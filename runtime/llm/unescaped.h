// What \n means in a text that was typed.
#ifndef RUNTIME_LLM_UNESCAPED_H_
#define RUNTIME_LLM_UNESCAPED_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tessera {

// `text` with \n, \r, \t, \', \", \\ and \xHH (two hexadecimal digits, one
// byte) replaced by what they stand for, as llama.cpp does; any other backslash
// stays.
std::string Unescaped(absl::string_view text);

}  // namespace tessera

#endif  // RUNTIME_LLM_UNESCAPED_H_
