// What --version prints.
#ifndef BASE_VERSION_TEXT_H_
#define BASE_VERSION_TEXT_H_

#include <string>

namespace tessera {

// Three lines: the tool with its version, the commit and the compiler, and the
// instruction sets that this machine has and the kernels use:
//
//   tessera run 0.1.0
//   commit d7820b87d, GCC 12.2.0
//   instruction sets: scalar avx2 avx512 avx512vnni; used: avx512vnni
std::string VersionText();

}  // namespace tessera

#endif  // BASE_VERSION_TEXT_H_
