#include <immintrin.h>
#include <stdint.h>

#define TESSERA_LIMIT_ISA avx2

namespace tessera {
namespace limit_loops {
namespace TESSERA_LIMIT_ISA {
namespace {

using Bytes = __m256i;
using IntegerSum = __m256i;
using Floats = __m256;

constexpr int64_t kIntegerMacs = 32;
constexpr int64_t kFloatMacs = 8;

inline Bytes LoadBytes(const uint8_t* p) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
}
inline Bytes Xor(Bytes a, Bytes b) { return _mm256_xor_si256(a, b); }
inline uint64_t Fold(Bytes bytes) {
  const __m128i half = _mm_or_si128(_mm256_castsi256_si128(bytes),
                                    _mm256_extracti128_si256(bytes, 1));
  return static_cast<uint64_t>(_mm_extract_epi64(half, 0) |
                               _mm_extract_epi64(half, 1));
}
inline void MultiplyBytes(IntegerSum& sum, Bytes a, Bytes b) {
  Bytes product;
  asm volatile(
      "vpmaddubsw %3, %2, %1\n\t"
      "vpaddw %1, %0, %0"
      : "+x"(sum), "=&x"(product)
      : "x"(a), "x"(b));
}
inline void MultiplyAdd(Floats& sum, Floats a, Floats b) {
  asm volatile("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
}

}  // namespace
}  // namespace TESSERA_LIMIT_ISA
}  // namespace limit_loops
}  // namespace tessera

// After the vocabulary:
#include "bench/limit_loops-inl.h"
