// Loops that do nothing but reach a limit of the machine. Declared without any
// other header, because each instruction set's are compiled with its own flags.
#ifndef BENCH_LIMIT_LOOPS_H_
#define BENCH_LIMIT_LOOPS_H_

#include <stdint.h>

namespace tessera {

// How memory is read: in so many streams side by side, asking for the cache
// line `prefetch` bytes ahead (0: not).
struct ReadWay {
  int streams;
  int64_t prefetch;
  bool nontemporal;  // with the hint that the line is used once
};

// One instruction set's loops. Thread-safe.
struct LimitLoops {
  // Loads `bytes` (a multiple of 1024 for each stream) from `data`, 64-byte
  // aligned. Returns a value that depends on all of them.
  uint64_t (*read)(const uint8_t* data, int64_t bytes, ReadWay way);

  // Multiply and add in registers, in `rounds` rounds: unsigned by signed bytes
  // (vpdpbusd where there is one, else vpmaddubsw and vpaddw, the least that
  // can do it), and float32 (fused). Each returns the number of multiply-adds.
  int64_t (*multiply_integers)(int64_t rounds);
  int64_t (*multiply_floats)(int64_t rounds);
};

// X(namespace and file suffix)
#define TESSERA_FOR_EACH_LIMIT_LOOPS(X) \
  X(scalar) X(avx2) X(avx512) X(avx512vnni)

#define TESSERA_DECLARE_LIMIT_LOOPS(name)                         \
  namespace name {                                                \
  uint64_t Read(const uint8_t* data, int64_t bytes, ReadWay way); \
  int64_t MultiplyIntegers(int64_t rounds);                       \
  int64_t MultiplyFloats(int64_t rounds);                         \
  }

namespace limit_loops {
TESSERA_FOR_EACH_LIMIT_LOOPS(TESSERA_DECLARE_LIMIT_LOOPS)

// vdpbf16ps; only for machines with AVX-512 BF16.
namespace avx512bf16 {
int64_t MultiplyBfloats(int64_t rounds);
}

// tdpbf16ps; only where Isa::kAmx is supported.
namespace amx {
int64_t MultiplyBfloats(int64_t rounds);
}
}  // namespace limit_loops

}  // namespace tessera

#endif  // BENCH_LIMIT_LOOPS_H_
