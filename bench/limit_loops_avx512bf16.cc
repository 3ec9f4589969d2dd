#include <immintrin.h>
#include <stdint.h>

#include "bench/limit_loops.h"

namespace tessera {
namespace limit_loops {
namespace avx512bf16 {

int64_t MultiplyBfloats(int64_t rounds) {
  constexpr int kSums = 12;
  constexpr int64_t kMacs = 32;
  __m512 sum[kSums] = {};
  const __m512i a = {};
  const __m512i b = {};
  for (int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (int k = 0; k < kSums; ++k) {
      asm volatile("vdpbf16ps %2, %1, %0" : "+v"(sum[k]) : "v"(a), "v"(b));
    }
  }
  return rounds * kSums * kMacs;
}

}  // namespace avx512bf16
}  // namespace limit_loops
}  // namespace tessera
