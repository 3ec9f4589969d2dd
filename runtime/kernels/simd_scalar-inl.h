// The vocabulary of 16-lane values that all kernels are written in, in plain
// C++: the definition that simd_avx2-inl.h and simd_avx512-inl.h implement.
//
//   F32x16, I32x16  16 lanes of 32 bits
//   U8x64           64 bytes; bytes 4r .. 4r+3 belong to lane r
//
// A row tile has 16 rows, so lane r is always row r. Lanes give the same bits
// on every ISA, except that MulAdd rounds once where the ISA can fuse it. For a
// translation unit that defines TESSERA_KERNEL_ISA; all names are internal.
#ifndef RUNTIME_KERNELS_SIMD_SCALAR_INL_H_
#define RUNTIME_KERNELS_SIMD_SCALAR_INL_H_

#include <stdint.h>

// Before loops over tokens, whose accumulators should be registers.
#define TESSERA_UNROLL

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

struct F32x16 {
  float v[16];
};
struct I32x16 {
  int32_t v[16];
};
struct U8x64 {
  uint8_t v[64];
};

// Tokens that a matmul kernel holds in registers at once.
constexpr int kIntegerTokens = 2;
constexpr int kFloatTokens = 2;

// Queries and vectors of columns that attention holds in registers at once.
constexpr int kAttentionQueries = 2;
constexpr int kAttentionVectors = 1;

// What Dot16<8> subtracts by way of the accumulator's start value: weights are
// stored as w + 128, so a sum starts at -kFullRangeBias * sum(x). 0 where
// Dot16<8> restores the sign by itself.
constexpr int32_t kFullRangeBias = 128;

template <typename To, typename From>
inline To BitCast(From from) {
  static_assert(sizeof(To) == sizeof(From), "");
  To to;
  __builtin_memcpy(&to, &from, sizeof(to));
  return to;
}

// f(lane) for each lane.
template <typename Vector, typename Function>
inline Vector EachLane(Function f) {
  Vector result;
  for (int i = 0; i < 16; ++i) result.v[i] = f(i);
  return result;
}

// f(byte) for each byte.
template <typename Function>
inline U8x64 EachByte(Function f) {
  U8x64 result;
  for (int i = 0; i < 64; ++i) result.v[i] = static_cast<uint8_t>(f(i));
  return result;
}

// ---- float32 ----

inline F32x16 Broadcast(float x) {
  return EachLane<F32x16>([&](int) { return x; });
}
inline F32x16 Load(const float* p) {
  return EachLane<F32x16>([&](int i) { return p[i]; });
}
// The first n lanes, 0 <= n <= 16; the others are zero and not read.
inline F32x16 LoadPartial(const float* p, int64_t n) {
  return EachLane<F32x16>([&](int i) { return i < n ? p[i] : 0.0f; });
}
inline void Store(float* p, F32x16 x) {
  for (int i = 0; i < 16; ++i) p[i] = x.v[i];
}
inline void StorePartial(float* p, F32x16 x, int64_t n) {
  for (int i = 0; i < n; ++i) p[i] = x.v[i];
}
inline F32x16 Add(F32x16 a, F32x16 b) {
  return EachLane<F32x16>([&](int i) { return a.v[i] + b.v[i]; });
}
inline F32x16 Sub(F32x16 a, F32x16 b) {
  return EachLane<F32x16>([&](int i) { return a.v[i] - b.v[i]; });
}
inline F32x16 Mul(F32x16 a, F32x16 b) {
  return EachLane<F32x16>([&](int i) { return a.v[i] * b.v[i]; });
}
inline F32x16 Div(F32x16 a, F32x16 b) {
  return EachLane<F32x16>([&](int i) { return a.v[i] / b.v[i]; });
}
// a * b + c
inline F32x16 MulAdd(F32x16 a, F32x16 b, F32x16 c) {
  return EachLane<F32x16>([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
}
// b if either is NaN.
inline F32x16 Min(F32x16 a, F32x16 b) {
  return EachLane<F32x16>(
      [&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline F32x16 Max(F32x16 a, F32x16 b) {
  return EachLane<F32x16>(
      [&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
// Lane l plus lane l + 8, then l + 4, l + 2, l + 1.
inline float ReduceAdd(F32x16 x) {
  for (int n = 8; n > 0; n /= 2) {
    for (int i = 0; i < n; ++i) x.v[i] = x.v[i] + x.v[i + n];
  }
  return x.v[0];
}
inline float ReduceMax(F32x16 x) {
  for (int n = 8; n > 0; n /= 2) {
    for (int i = 0; i < n; ++i) {
      x.v[i] = x.v[i] > x.v[i + n] ? x.v[i] : x.v[i + n];
    }
  }
  return x.v[0];
}
// (x[0], x[0], x[1], x[1], ...) from the first n of 8 floats.
inline F32x16 LoadEachTwice(const float* p, int64_t n) {
  return EachLane<F32x16>([&](int i) { return i / 2 < n ? p[i / 2] : 0.0f; });
}
// (x[1], x[0], x[3], x[2], ...)
inline F32x16 SwapPairs(F32x16 x) {
  return EachLane<F32x16>([&](int i) { return x.v[i ^ 1]; });
}
// (-x[0], x[1], -x[2], x[3], ...)
inline F32x16 NegateEven(F32x16 x) {
  return EachLane<F32x16>([&](int i) { return i % 2 == 0 ? -x.v[i] : x.v[i]; });
}

// ---- int32 ----

inline I32x16 BroadcastI32(int32_t x) {
  return EachLane<I32x16>([&](int) { return x; });
}
inline I32x16 AddI32(I32x16 a, I32x16 b) {
  return EachLane<I32x16>([&](int i) {
    return static_cast<int32_t>(static_cast<uint32_t>(a.v[i]) +
                                static_cast<uint32_t>(b.v[i]));
  });
}
inline I32x16 MaxI32(I32x16 a, I32x16 b) {
  return EachLane<I32x16>(
      [&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline I32x16 AndI32(I32x16 a, I32x16 b) {
  return EachLane<I32x16>([&](int i) { return a.v[i] & b.v[i]; });
}
template <int kBits>
inline I32x16 ShiftLeftI32(I32x16 x) {
  return EachLane<I32x16>([&](int i) {
    return static_cast<int32_t>(static_cast<uint32_t>(x.v[i]) << kBits);
  });
}
// Shifts zeros in.
template <int kBits>
inline I32x16 ShiftRightI32(I32x16 x) {
  return EachLane<I32x16>([&](int i) {
    return static_cast<int32_t>(static_cast<uint32_t>(x.v[i]) >> kBits);
  });
}
// Takes a lane as two int16: sum + low halves' product + high halves' product.
inline I32x16 MulAddPairs(I32x16 sum, I32x16 x, I32x16 y) {
  return EachLane<I32x16>([&](int i) {
    return sum.v[i] +
           static_cast<int16_t>(x.v[i]) * static_cast<int16_t>(y.v[i]) +
           (x.v[i] >> 16) * (y.v[i] >> 16);
  });
}
// A factor for MulAddPairs: with a y in [-2^15, 2^15), the sum grows by x y.
inline I32x16 LowHalf(I32x16 x) { return AndI32(x, BroadcastI32(0xffff)); }
inline int32_t ReduceAddI32(I32x16 x) {
  int32_t sum = 0;
  for (int i = 0; i < 16; ++i) sum += x.v[i];
  return sum;
}
inline int32_t ReduceMaxI32(I32x16 x) {
  int32_t max = x.v[0];
  for (int i = 1; i < 16; ++i) max = x.v[i] > max ? x.v[i] : max;
  return max;
}
// 16 bytes, widened.
inline I32x16 LoadU8ToI32(const uint8_t* p) {
  return EachLane<I32x16>([&](int i) { return int32_t{p[i]}; });
}
inline I32x16 LoadS8ToI32(const uint8_t* p) {
  return EachLane<I32x16>(
      [&](int i) { return int32_t{static_cast<int8_t>(p[i])}; });
}
// 16 unsigned words of 16 bits, widened.
inline I32x16 LoadU16ToI32(const uint8_t* p) {
  uint16_t word[16];
  __builtin_memcpy(word, p, sizeof(word));
  return EachLane<I32x16>([&](int i) { return int32_t{word[i]}; });
}
// For lanes in [-128, 127].
inline void StoreToS8(int8_t* p, I32x16 x) {
  for (int i = 0; i < 16; ++i) p[i] = static_cast<int8_t>(x.v[i]);
}

// ---- conversions ----

inline F32x16 ToF32(I32x16 x) {
  return EachLane<F32x16>([&](int i) { return static_cast<float>(x.v[i]); });
}
// To nearest even, for |x| < 2^22; other lanes give an unspecified value.
inline I32x16 RoundToI32(F32x16 x) {
  constexpr float kRounder = 0x1.8p23f;  // a float's last bit is worth 1 here
  return EachLane<I32x16>([&](int i) {
    return static_cast<int32_t>(BitCast<uint32_t>(x.v[i] + kRounder) -
                                BitCast<uint32_t>(kRounder));
  });
}
inline I32x16 BitsOf(F32x16 x) {
  return EachLane<I32x16>([&](int i) { return BitCast<int32_t>(x.v[i]); });
}
inline F32x16 FromBits(I32x16 x) {
  return EachLane<F32x16>([&](int i) { return BitCast<float>(x.v[i]); });
}

inline float F16ToF32(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t magnitude = half & 0x7fff;
  if (magnitude >= 0x7c00) {  // infinity; NaNs become quiet
    const uint32_t quiet = magnitude > 0x7c00 ? 0x00400000 : 0;
    return BitCast<float>(sign | 0x7f800000 | (magnitude & 0x3ff) << 13 |
                          quiet);
  }
  // 2^112 is the ratio of the exponent biases; it makes subnormals normal.
  const float value = BitCast<float>(magnitude << 13) * 0x1p112f;
  return BitCast<float>(sign | BitCast<uint32_t>(value));
}

// To nearest even.
inline uint16_t F32ToF16(float x) {
  const uint32_t bits = BitCast<uint32_t>(x);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    return static_cast<uint16_t>(sign | 0x7e00 | (magnitude >> 13 & 0x1ff));
  }
  if (magnitude >= 0x477ff000) return static_cast<uint16_t>(sign | 0x7c00);
  if (magnitude < 0x38800000) {  // subnormal: round at 2^-24 by adding 0.5
    const float sum = BitCast<float>(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (BitCast<uint32_t>(sum) - 0x3f000000));
  }
  const uint32_t odd = magnitude >> 13 & 1;
  return static_cast<uint16_t>(sign |
                               (magnitude - 0x38000000 + 0x0fff + odd) >> 13);
}

inline F32x16 LoadF16(const void* p) {
  uint16_t half[16];
  __builtin_memcpy(half, p, sizeof(half));
  return EachLane<F32x16>([&](int i) { return F16ToF32(half[i]); });
}
inline F32x16 LoadF16Partial(const uint16_t* p, int64_t n) {
  return EachLane<F32x16>([&](int i) { return i < n ? F16ToF32(p[i]) : 0.0f; });
}
inline void StoreF16(uint16_t* p, F32x16 x) {
  for (int i = 0; i < 16; ++i) p[i] = F32ToF16(x.v[i]);
}

// 16 pairs of 16-bit floats: the first of each pair, and the second.
inline void LoadF16Pairs(const uint8_t* p, F32x16& first, F32x16& second) {
  uint16_t half[32];
  __builtin_memcpy(half, p, sizeof(half));
  first = EachLane<F32x16>([&](int i) { return F16ToF32(half[2 * i]); });
  second = EachLane<F32x16>([&](int i) { return F16ToF32(half[2 * i + 1]); });
}
inline F32x16 LoadBf16(const void* p) {
  uint16_t half[16];
  __builtin_memcpy(half, p, sizeof(half));
  return EachLane<F32x16>(
      [&](int i) { return BitCast<float>(uint32_t{half[i]} << 16); });
}
inline void LoadBf16Pairs(const uint8_t* p, F32x16& first, F32x16& second) {
  uint32_t pair[16];
  __builtin_memcpy(pair, p, sizeof(pair));
  first =
      EachLane<F32x16>([&](int i) { return BitCast<float>(pair[i] << 16); });
  second = EachLane<F32x16>(
      [&](int i) { return BitCast<float>(pair[i] & 0xffff0000); });
}

// ---- bytes ----

inline U8x64 LoadU8(const uint8_t* p) {
  return EachByte([&](int i) { return p[i]; });
}
inline void StoreU8(uint8_t* p, U8x64 x) {
  for (int i = 0; i < 64; ++i) p[i] = x.v[i];
}
// x & mask
inline U8x64 MaskBytes(U8x64 x, uint8_t mask) {
  return EachByte([&](int i) { return x.v[i] & mask; });
}
// base | (x & mask)
inline U8x64 OrMasked(U8x64 base, U8x64 x, uint8_t mask) {
  return EachByte([&](int i) { return base.v[i] | (x.v[i] & mask); });
}
// Only for a mask to follow that keeps no bit that came from another byte.
template <int kBits>
inline U8x64 ShiftRight(U8x64 x) {
  return EachByte([&](int i) { return x.v[i] >> kBits; });
}
template <int kBits>
inline U8x64 ShiftLeft(U8x64 x) {
  return EachByte([&](int i) { return x.v[i] << kBits; });
}
// x + y modulo 256
inline U8x64 AddBytes(U8x64 x, U8x64 y) {
  return EachByte([&](int i) { return x.v[i] + y.v[i]; });
}
// table[x], of 16 entries, for x < 16
inline U8x64 Lookup(const uint8_t (&table)[16], U8x64 x) {
  return EachByte([&](int i) { return table[x.v[i]]; });
}
// Adds 16 to byte 4r + j where bit kFirst + j of the 32 bits that are lane r of
// `bits` is set. kFirst is a multiple of 4.
template <int kFirst>
inline U8x64 AddFifthBits(U8x64 x, U8x64 bits) {
  return EachByte([&](int i) {
    const uint8_t byte = bits.v[i / 4 * 4 + kFirst / 8];
    return x.v[i] + 16 * (byte >> (kFirst % 8 + i % 4) & 1);
  });
}
// The first bytes of all lanes, then the second, third and fourth ones.
inline U8x64 TransposeBytes(U8x64 x) {
  return EachByte([&](int i) { return x.v[i % 16 * 4 + i / 16]; });
}
// The low halves of all lanes, then the high ones.
inline U8x64 SplitHalves(U8x64 x) {
  return EachByte(
      [&](int i) { return x.v[i % 32 / 2 * 4 + i / 32 * 2 + i % 2]; });
}
// floor(3 x / 256): the first digit after the point of x / 256 in base 3.
inline U8x64 TernaryDigits(U8x64 x) {
  return EachByte([&](int i) { return 3 * x.v[i] >> 8; });
}

// 16 bytes from each of 16 rows that are `stride` bytes apart, as 4 lines at
// `out`: bytes 4r .. 4r+3 of line i are bytes 4i .. 4i+3 of row r, ^ kFlip.
template <uint8_t kFlip>
inline void InterleaveRows(const uint8_t* p, int64_t stride, uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    StoreU8(out + 64 * i, EachByte([&](int k) {
              return p[k / 4 * stride + 4 * i + k % 4] ^ kFlip;
            }));
  }
}
// Two bytes from each of 16 rows, side by side.
inline void GatherHalves(const uint8_t* p, int64_t stride, uint8_t* out) {
  for (int r = 0; r < 16; ++r) {
    out[2 * r] = p[r * stride];
    out[2 * r + 1] = p[r * stride + 1];
  }
}

// sum + the products of 16 columns: lane r adds w[j / 4] byte 4r + j % 4 times
// x[j] for j < 16. Weights are unsigned and below 2^kWeightBits; activations in
// [-127, 127], 4-byte aligned. kWeightBits = 8 expects w + 128, see above.
template <int kWeightBits>
inline I32x16 Dot16(I32x16 sum, const U8x64 (&w)[4], const int8_t* x) {
  for (int i = 0; i < 4; ++i) {
    for (int r = 0; r < 16; ++r) {
      const uint8_t* row = w[i].v + 4 * r;
      const int8_t* column = x + 4 * i;
      sum.v[r] += row[0] * column[0] + row[1] * column[1] + row[2] * column[2] +
                  row[3] * column[3];
    }
  }
  return sum;
}

}  // namespace
}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_SIMD_SCALAR_INL_H_
