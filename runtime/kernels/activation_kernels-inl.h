// Activations of feed-forwards and caps of logits. All are made of e^x, whose
// sums and products keep them within a few units of the last place.
#ifndef RUNTIME_KERNELS_ACTIVATION_KERNELS_INL_H_
#define RUNTIME_KERNELS_ACTIVATION_KERNELS_INL_H_

#include <stdint.h>

#include "runtime/kernels/vector_kernels-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

inline F32x16 Magnitude(F32x16 x) {
  return FromBits(AndI32(BitsOf(x), BroadcastI32(0x7fffffff)));
}

// Within 4 ulp; NaN for NaN.
inline F32x16 Tanh(F32x16 x) {
  // (e^2x - 1) / (e^2x + 1), which is 1 in float32 from 9.02 on.
  x = Max(Broadcast(-10.0f), Min(Broadcast(10.0f), x));
  const F32x16 e = ExpMinusOne(Add(x, x));
  return Div(e, Add(e, Broadcast(2.0f)));
}

// cap * tanh(scale * x); scale = 1 / cap leaves small x as they are.
inline F32x16 Cap(F32x16 x, F32x16 scale, F32x16 cap) {
  return Mul(cap, Tanh(Mul(scale, x)));
}

// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), which is x times the
// sigmoid of twice the argument. Within 3e-7 of |x|.
struct GeluTanh {
  static inline F32x16 Of(F32x16 x) {
    const F32x16 square = Mul(x, x);
    const F32x16 argument = Mul(x, MulAdd(square, Broadcast(-0.0713548162726f),
                                          Broadcast(-1.59576912161f)));
    return Div(x, Add(Broadcast(1.0f), Exp(argument)));
  }
};

// x / 2 (1 + erf(x / sqrt(2))), which is max(x, 0) - |x| / 2 erfc(|x| /
// sqrt(2)). Within 3e-7 of |x|.
struct GeluErf {
  static inline F32x16 Of(F32x16 x) {
    // erfc(z) = t e^(-z^2) p(t) with t = 1 / (1 + z / 2); p interpolates at the
    // Chebyshev points of 0 <= z <= 10, where the result is below 1e-44.
    const F32x16 size = Min(Broadcast(14.0f), Magnitude(x));
    const F32x16 z = Mul(size, Broadcast(0.707106781f));
    const F32x16 t =
        Div(Broadcast(1.0f), MulAdd(z, Broadcast(0.5f), Broadcast(1.0f)));
    F32x16 p = Broadcast(-0x1.e92f44p-5f);
    p = MulAdd(p, t, Broadcast(0x1.26acbcp-2f));
    p = MulAdd(p, t, Broadcast(-0x1.f9b764p-2f));
    p = MulAdd(p, t, Broadcast(0x1.248df0p-2f));
    p = MulAdd(p, t, Broadcast(-0x1.04d902p-5f));
    p = MulAdd(p, t, Broadcast(0x1.a38a50p-3f));
    p = MulAdd(p, t, Broadcast(0x1.f0ca0ep-3f));
    p = MulAdd(p, t, Broadcast(0x1.213946p-2f));
    p = MulAdd(p, t, Broadcast(0x1.20da48p-2f));
    const F32x16 e = Exp(Mul(z, Sub(Broadcast(0.0f), z)));
    const F32x16 tail = Mul(Mul(Mul(p, t), e), Mul(size, Broadcast(0.5f)));
    return Sub(Max(Broadcast(0.0f), x), tail);
  }
};

template <typename Function>
inline void Activate(float* x, int64_t size) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    StoreLanes(x + i, Function::Of(LoadLanes(x + i, n)), n);
  });
}

template <typename Function>
inline void ActivateAndMultiply(float* gate, const float* up, int64_t size) {
  ForEachVector(size, [&](int64_t i, int64_t n) {
    const F32x16 activated = Function::Of(LoadLanes(gate + i, n));
    StoreLanes(gate + i, Mul(activated, LoadLanes(up + i, n)), n);
  });
}

}  // namespace

// ---- what the kernel table holds ----

void Gelu(float* x, int64_t size) { Activate<GeluTanh>(x, size); }
void ExactGelu(float* x, int64_t size) { Activate<GeluErf>(x, size); }
void GeluMultiply(float* gate, const float* up, int64_t size) {
  ActivateAndMultiply<GeluTanh>(gate, up, size);
}
void ExactGeluMultiply(float* gate, const float* up, int64_t size) {
  ActivateAndMultiply<GeluErf>(gate, up, size);
}

void SoftCap(float* x, float cap, int64_t size) {
  const F32x16 scale = Broadcast(1.0f / cap);
  ForEachVector(size, [&](int64_t i, int64_t n) {
    StoreLanes(x + i, Cap(LoadLanes(x + i, n), scale, Broadcast(cap)), n);
  });
}

}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_ACTIVATION_KERNELS_INL_H_
