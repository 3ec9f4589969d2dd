// The loops of limit_loops.h over a vocabulary of one instruction set. Included
// by limit_loops_<isa>.cc after it has defined, with internal linkage:
//
//   Bytes, IntegerSum, Floats      registers
//   LoadBytes(p)                   Bytes from memory
//   Fold(bytes)                    uint64_t of all of them
//   Xor(bytes, bytes)
//   MultiplyBytes(sum, a, b)       sum += a * b, on IntegerSum& and Bytes
//   MultiplyAdd(sum, a, b)         the same on Floats
//   kIntegerMacs, kFloatMacs       multiply-adds of one of these
//
// The multiplications are assembly, so that the compiler neither moves them out
// of the loop nor adds to them.
#ifndef BENCH_LIMIT_LOOPS_INL_H_
#define BENCH_LIMIT_LOOPS_INL_H_

#include <stdint.h>

#include "bench/limit_loops.h"

namespace tessera {
namespace limit_loops {
namespace TESSERA_LIMIT_ISA {
namespace {

// Enough independent sums to hide the latency, few enough for 16 registers.
constexpr int kSums = 12;

}  // namespace

uint64_t Read(const uint8_t* data, int64_t bytes, int64_t prefetch) {
  constexpr int64_t kStep = 1024;
  constexpr int64_t kLine = 64;
  Bytes sum[4] = {LoadBytes(data), LoadBytes(data), LoadBytes(data),
                  LoadBytes(data)};
  for (int64_t i = 0; i < bytes; i += kStep) {
    if (prefetch != 0) {
      for (int64_t j = 0; j < kStep; j += kLine) {
        __builtin_prefetch(data + i + prefetch + j);
      }
    }
    for (int64_t j = 0; j < kStep; j += 4 * sizeof(Bytes)) {
      for (int k = 0; k < 4; ++k) {
        const int64_t at = i + j + k * static_cast<int64_t>(sizeof(Bytes));
        sum[k] = Xor(sum[k], LoadBytes(data + at));
      }
    }
  }
  return Fold(Xor(Xor(sum[0], sum[1]), Xor(sum[2], sum[3])));
}

int64_t MultiplyIntegers(int64_t rounds) {
  IntegerSum sum[kSums] = {};
  const Bytes a = {};
  const Bytes b = {};
  for (int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (int k = 0; k < kSums; ++k) MultiplyBytes(sum[k], a, b);
  }
  return rounds * kSums * kIntegerMacs;
}

int64_t MultiplyFloats(int64_t rounds) {
  Floats sum[kSums] = {};
  const Floats a = {};
  const Floats b = {};
  for (int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 16
    for (int k = 0; k < kSums; ++k) MultiplyAdd(sum[k], a, b);
  }
  return rounds * kSums * kFloatMacs;
}

}  // namespace TESSERA_LIMIT_ISA
}  // namespace limit_loops
}  // namespace tessera

#endif  // BENCH_LIMIT_LOOPS_INL_H_
