// Sizes as llama-bench prints them.
#ifndef BENCH_SIZE_TEXT_H_
#define BENCH_SIZE_TEXT_H_

#include <cstdint>
#include <string>

namespace tessera {

// "606.53 MiB", "2.05 GiB".
std::string BinarySize(uint64_t bytes);

// "1.10 B", "134.52 M".
std::string ParameterCount(uint64_t count);

}  // namespace tessera

#endif  // BENCH_SIZE_TEXT_H_
