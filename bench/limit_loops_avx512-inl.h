// The vocabulary of limit_loops-inl.h for AVX-512, with VNNI if the compiler's
// flags say so.
#ifndef BENCH_LIMIT_LOOPS_AVX512_INL_H_
#define BENCH_LIMIT_LOOPS_AVX512_INL_H_

#include <immintrin.h>
#include <stdint.h>

namespace tessera {
namespace limit_loops {
namespace TESSERA_LIMIT_ISA {
namespace {

using Bytes = __m512i;
using IntegerSum = __m512i;
using Floats = __m512;

constexpr int64_t kIntegerMacs = 64;
constexpr int64_t kFloatMacs = 16;

inline Bytes LoadBytes(const uint8_t* p) { return _mm512_load_si512(p); }
inline Bytes Xor(Bytes a, Bytes b) { return _mm512_xor_si512(a, b); }
inline uint64_t Fold(Bytes bytes) {
  return static_cast<uint64_t>(_mm512_reduce_or_epi64(bytes));
}
inline void MultiplyBytes(IntegerSum& sum, Bytes a, Bytes b) {
#ifdef __AVX512VNNI__
  asm volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
#else
  Bytes product;
  asm volatile(
      "vpmaddubsw %3, %2, %1\n\t"
      "vpaddw %1, %0, %0"
      : "+v"(sum), "=&v"(product)
      : "v"(a), "v"(b));
#endif
}
inline void MultiplyAdd(Floats& sum, Floats a, Floats b) {
  asm volatile("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}

}  // namespace
}  // namespace TESSERA_LIMIT_ISA
}  // namespace limit_loops
}  // namespace tessera

#endif  // BENCH_LIMIT_LOOPS_AVX512_INL_H_
