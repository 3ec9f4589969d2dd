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

// Bytes that are read of one stream before it is the next one's turn.
constexpr int64_t kReadStep = 1024;

inline void ReadStep(const uint8_t* data, ReadWay way, Bytes (&sum)[4]) {
  constexpr int64_t kLine = 64;
  if (way.prefetch != 0) {
    for (int64_t i = 0; i < kReadStep; i += kLine) {
      if (way.nontemporal) {
        __builtin_prefetch(data + way.prefetch + i, 0, 0);
      } else {
        __builtin_prefetch(data + way.prefetch + i, 0, 3);
      }
    }
  }
  for (int64_t i = 0; i < kReadStep; i += 4 * sizeof(Bytes)) {
    for (int k = 0; k < 4; ++k) {
      const int64_t at = i + k * static_cast<int64_t>(sizeof(Bytes));
      sum[k] = Xor(sum[k], LoadBytes(data + at));
    }
  }
}

}  // namespace

uint64_t Read(const uint8_t* data, int64_t bytes, ReadWay way) {
  Bytes sum[4] = {LoadBytes(data), LoadBytes(data), LoadBytes(data),
                  LoadBytes(data)};
  const int64_t part = bytes / way.streams;
  for (int64_t i = 0; i < part; i += kReadStep) {
    for (int stream = 0; stream < way.streams; ++stream) {
      ReadStep(data + stream * part + i, way, sum);
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
