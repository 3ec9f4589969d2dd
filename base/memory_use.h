// How much memory this process has.
#ifndef BASE_MEMORY_USE_H_
#define BASE_MEMORY_USE_H_

#include <cstdint>

namespace tessera {

// Resident anonymous bytes of this process now: heap, stacks, private copies;
// no pages of files. 0 if the system does not say.
uint64_t AnonymousBytes();

}  // namespace tessera

#endif  // BASE_MEMORY_USE_H_
