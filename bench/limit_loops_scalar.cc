#include <stdint.h>
#include <string.h>

#define TESSERA_LIMIT_ISA scalar

namespace tessera {
namespace limit_loops {
namespace TESSERA_LIMIT_ISA {
namespace {

// What any x86-64 has (SSE2): products of 16-bit integers, no fused operations.
using Bytes = int32_t __attribute__((vector_size(16)));
using IntegerSum = Bytes;
using Floats = float __attribute__((vector_size(16)));

constexpr int64_t kIntegerMacs = 8;
constexpr int64_t kFloatMacs = 4;

inline Bytes LoadBytes(const uint8_t* p) {
  Bytes bytes;
  memcpy(&bytes, p, sizeof(bytes));
  return bytes;
}
inline Bytes Xor(Bytes a, Bytes b) { return a ^ b; }
inline uint64_t Fold(Bytes bytes) {
  return static_cast<uint64_t>(bytes[0] | bytes[1] | bytes[2] | bytes[3]);
}
inline void MultiplyBytes(IntegerSum& sum, Bytes a, Bytes b) {
  asm volatile(
      "pmaddwd %2, %1\n\t"
      "paddd %1, %0"
      : "+x"(sum), "+x"(a)
      : "x"(b));
}
inline void MultiplyAdd(Floats& sum, Floats a, Floats b) {
  asm volatile(
      "mulps %2, %1\n\t"
      "addps %1, %0"
      : "+x"(sum), "+x"(a)
      : "x"(b));
}

}  // namespace
}  // namespace TESSERA_LIMIT_ISA
}  // namespace limit_loops
}  // namespace tessera

// After the vocabulary:
#include "bench/limit_loops-inl.h"
