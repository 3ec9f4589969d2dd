// Kernels over vectors of activations. Sums have 16 lanes and one reduction
// tree, so they differ between ISAs only where multiply-adds are fused.
#ifndef RUNTIME_KERNELS_VECTOR_KERNELS_INL_H_
#define RUNTIME_KERNELS_VECTOR_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/panel-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// e^x = scale (1 + rest), with a rest of its own precision.
struct ExpParts {
  F32x16 rest;
  F32x16 scale;
};
inline ExpParts SplitExp(F32x16 x) {
  // e^x = 2^n e^r with r = x - n ln 2, |r| <= ln(2) / 2. ln 2 in two parts, of
  // which n times the first is exact.
  x = Max(Broadcast(-88.02f), Min(Broadcast(89.0f), x));
  const I32x16 n = RoundToI32(Mul(x, Broadcast(1.44269502f)));
  const F32x16 nf = ToF32(n);
  F32x16 r = MulAdd(nf, Broadcast(-0.693359375f), x);
  r = MulAdd(nf, Broadcast(2.12194442e-4f), r);
  // 1 + r + r^2 (1/2 + ...): interpolates at the Chebyshev points.
  F32x16 p = Broadcast(0x1.6d10fcp-10f);
  p = MulAdd(p, r, Broadcast(0x1.120b62p-7f));
  p = MulAdd(p, r, Broadcast(0x1.55551ap-5f));
  p = MulAdd(p, r, Broadcast(0x1.5554dep-3f));
  p = MulAdd(p, r, Broadcast(0.5f));
  // n = -127 makes a scale of 0, n = 128 one of infinity.
  return {MulAdd(Mul(r, r), p, r),
          FromBits(ShiftLeftI32<23>(AddI32(n, BroadcastI32(127))))};
}

// e^x within 1.1 ulp where that is a normal number. 0 from -87.69 down,
// infinity from 88.38 up, NaN for NaN.
inline F32x16 Exp(F32x16 x) {
  const ExpParts e = SplitExp(x);
  return Mul(Add(e.rest, Broadcast(1.0f)), e.scale);
}

// e^x - 1 within 2 ulp for |x| <= 80.
inline F32x16 ExpMinusOne(F32x16 x) {
  const ExpParts e = SplitExp(x);
  return MulAdd(e.scale, e.rest, Sub(e.scale, Broadcast(1.0f)));
}

// Within 2.5 ulp, but 0 from -88.38 down, where the exact value is below 4e-37.
inline F32x16 Silu(F32x16 x) {
  const F32x16 one = Broadcast(1.0f);
  return Div(x, Add(one, Exp(Sub(Broadcast(0.0f), x))));
}

// Calls f(i, n) for i = 0, 16, ...: n lanes from i on, 16 but for the last.
template <typename Function>
inline void ForEachVector(int64_t size, Function f) {
  int64_t i = 0;
  for (; i + 16 <= size; i += 16) f(i, int64_t{16});
  if (i < size) f(i, size - i);
}
inline F32x16 LoadLanes(const float* p, int64_t n) {
  return n == 16 ? Load(p) : LoadPartial(p, n);
}
inline void StoreLanes(float* p, F32x16 x, int64_t n) {
  if (n == 16) {
    Store(p, x);
  } else {
    StorePartial(p, x, n);
  }
}
// x in the first n lanes, zeros in the others.
inline F32x16 BroadcastLanes(float x, int64_t n) {
  if (n == 16) return Broadcast(x);
  float lanes[16];
  Store(lanes, Broadcast(x));
  return LoadPartial(lanes, n);
}

// One block of 32 activations, of which the first n are given.
//   d = max |x| / 127, q = x / d to nearest even
// A block below 2^-120 everywhere becomes zero (1 / d would overflow). A block
// with an infinity or NaN gets the scale NaN, so that the products show it.
inline void QuantizeBlock(const float* x, int64_t n, int8_t* q, float* scale,
                          int32_t* sum16) {
  constexpr int32_t kInfinity = 0x7f800000;
  constexpr int32_t kTiny = (127 - 120) << 23;
  const F32x16 low = LoadLanes(x, n < 16 ? n : 16);
  const F32x16 high = n > 16 ? LoadLanes(x + 16, n - 16) : Broadcast(0.0f);
  // Magnitudes of floats compare as their bits do, NaNs above infinity.
  const I32x16 magnitude = BroadcastI32(0x7fffffff);
  const int32_t max_bits = ReduceMaxI32(
      MaxI32(AndI32(BitsOf(low), magnitude), AndI32(BitsOf(high), magnitude)));
  if (max_bits < kTiny || max_bits >= kInfinity) {
    StoreToS8(q, BroadcastI32(0));
    StoreToS8(q + 16, BroadcastI32(0));
    sum16[0] = sum16[1] = 0;
    *scale = max_bits < kTiny ? 0.0f : __builtin_nanf("");
    return;
  }
  float max;
  __builtin_memcpy(&max, &max_bits, sizeof(max));
  const F32x16 inverse = Broadcast(127.0f / max);
  const I32x16 low_q = RoundToI32(Mul(low, inverse));
  const I32x16 high_q = RoundToI32(Mul(high, inverse));
  StoreToS8(q, low_q);
  StoreToS8(q + 16, high_q);
  sum16[0] = ReduceAddI32(low_q);
  sum16[1] = ReduceAddI32(high_q);
  *scale = max / 127.0f;
}

}  // namespace

// ---- what the kernel table holds ----

void QuantizeActivations(const QuantizeActivationsArgs& args) {
  const int64_t blocks =
      (args.columns + kActivationBlock - 1) / kActivationBlock;
  for (int64_t t = args.first_token; t < args.last_token; ++t) {
    const float* x = args.f32 + t * args.f32_stride;
    for (int64_t b = 0; b < blocks; ++b) {
      const int64_t i = PanelIndex(args.tokens, blocks, b, t);
      const int64_t left = args.columns - b * kActivationBlock;
      QuantizeBlock(x + b * kActivationBlock,
                    left < kActivationBlock ? left : kActivationBlock,
                    args.q + i * kActivationBlock, args.scale + i,
                    args.sum16 + 2 * i);
    }
  }
}

// Four accumulators of 16 lanes hide the latency of the multiply-adds.
float DotF32(const float* a, const float* b, int64_t size) {
  F32x16 sum[4];
  for (F32x16& s : sum) s = Broadcast(0.0f);
  int64_t i = 0;
  for (; i + 64 <= size; i += 64) {
    for (int j = 0; j < 4; ++j) {
      sum[j] = MulAdd(Load(a + i + 16 * j), Load(b + i + 16 * j), sum[j]);
    }
  }
  ForEachVector(size - i, [&](int64_t j, int64_t n) {
    sum[0] = MulAdd(LoadLanes(a + i + j, n), LoadLanes(b + i + j, n), sum[0]);
  });
  return ReduceAdd(Add(Add(sum[0], sum[1]), Add(sum[2], sum[3])));
}

void RmsNorm(const float* x, const float* weight, float epsilon, int64_t size,
             float* out) {
  F32x16 squares = Broadcast(0.0f);
  ForEachVector(size, [&](int64_t i, int64_t n) {
    const F32x16 value = LoadLanes(x + i, n);
    squares = MulAdd(value, value, squares);
  });
  const float mean = ReduceAdd(squares) / static_cast<float>(size);
  const F32x16 scale = Broadcast(1.0f / __builtin_sqrtf(mean + epsilon));
  ForEachVector(size, [&](int64_t i, int64_t n) {
    const F32x16 value = Mul(LoadLanes(x + i, n), scale);
    StoreLanes(out + i, Mul(value, LoadLanes(weight + i, n)), n);
  });
}

void LayerNorm(const float* x, const float* weight, const float* bias,
               float epsilon, int64_t size, float* out) {
  F32x16 sum = Broadcast(0.0f);
  ForEachVector(
      size, [&](int64_t i, int64_t n) { sum = Add(sum, LoadLanes(x + i, n)); });
  const float mean = ReduceAdd(sum) / static_cast<float>(size);
  F32x16 squares = Broadcast(0.0f);
  ForEachVector(size, [&](int64_t i, int64_t n) {
    const F32x16 value = Sub(LoadLanes(x + i, n), BroadcastLanes(mean, n));
    squares = MulAdd(value, value, squares);
  });
  const float variance = ReduceAdd(squares) / static_cast<float>(size);
  const F32x16 scale = Broadcast(1.0f / __builtin_sqrtf(variance + epsilon));
  ForEachVector(size, [&](int64_t i, int64_t n) {
    F32x16 value = Mul(Sub(LoadLanes(x + i, n), Broadcast(mean)), scale);
    if (weight != nullptr) value = Mul(value, LoadLanes(weight + i, n));
    if (bias != nullptr) value = Add(value, LoadLanes(bias + i, n));
    StoreLanes(out + i, value, n);
  });
}

void SiluMultiply(float* gate, const float* up, int64_t size) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    const F32x16 activated = Silu(LoadLanes(gate + i, n));
    StoreLanes(gate + i, Mul(activated, LoadLanes(up + i, n)), n);
  });
}

void AddTo(float* x, const float* y, int64_t size) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    StoreLanes(x + i, Add(LoadLanes(x + i, n), LoadLanes(y + i, n)), n);
  });
}

void AddScaled(float* x, const float* y, float scale, int64_t size) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    const F32x16 scaled = Mul(LoadLanes(y + i, n), Broadcast(scale));
    StoreLanes(x + i, Add(LoadLanes(x + i, n), scaled), n);
  });
}

void Scale(float* x, float scale, int64_t size) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    StoreLanes(x + i, Mul(LoadLanes(x + i, n), Broadcast(scale)), n);
  });
}

void Rope(float* x, const float* cosines, const float* sines, int64_t pairs) {
  ForEachVector(2 * pairs, [&](int64_t i, int64_t n) {
    const F32x16 value = LoadLanes(x + i, n);
    const F32x16 c = LoadEachTwice(cosines + i / 2, n / 2);
    const F32x16 s = LoadEachTwice(sines + i / 2, n / 2);
    const F32x16 rotated = NegateEven(Mul(SwapPairs(value), s));
    StoreLanes(x + i, MulAdd(value, c, rotated), n);
  });
}

void RopeHalves(float* x, const float* cosines, const float* sines,
                int64_t pairs) {
  float* y = x + pairs;
  ForEachVector(pairs, [&](int64_t i, int64_t n) {
    const F32x16 a = LoadLanes(x + i, n);
    const F32x16 b = LoadLanes(y + i, n);
    const F32x16 c = LoadLanes(cosines + i, n);
    const F32x16 s = LoadLanes(sines + i, n);
    StoreLanes(x + i, Sub(Mul(a, c), Mul(b, s)), n);
    StoreLanes(y + i, MulAdd(b, c, Mul(a, s)), n);
  });
}

void F32VectorToF16(const float* x, int64_t size, uint16_t* out) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    if (n == 16) {
      StoreF16(out + i, Load(x + i));
      return;
    }
    uint16_t half[16];
    StoreF16(half, LoadPartial(x + i, n));
    for (int64_t j = 0; j < n; ++j) out[i + j] = half[j];
  });
}

}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_VECTOR_KERNELS_INL_H_
