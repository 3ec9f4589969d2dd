// The kernels of one ISA, chosen once at load.
#ifndef RUNTIME_KERNELS_KERNEL_TABLE_H_
#define RUNTIME_KERNELS_KERNEL_TABLE_H_

#include <cstdint>

#include "base/isa.h"
#include "formats/dtype/dtype.h"
#include "runtime/kernels/kernel_args.h"

namespace tessera {

using MatmulFn = void (*)(const MatmulArgs&);
using GemvPartFn = void (*)(const GemvPartArgs&);
using TransposedGemvFn = void (*)(const TransposedGemvArgs&);

// Every function is thread-safe, allocates nothing and gives the same bits
// however the work is split over threads. Vectors need no alignment unless the
// argument says so.
struct KernelTable {
  Isa isa;

  // Whether tiles of Q6_K are copied before one token is multiplied.
  // Set for this CPU (copies_tiles.h); other than that only for tests and
  // measurements, while no kernel runs. Results do not depend on it.
  void (*set_copy_tiles)(bool on);

  // gemv (one token) and gemm (several) in one, for interleaved matrices of
  // `type`; null if `type` has no interleaved kernel (then DotF32 on
  // dequantized rows serves).
  MatmulFn (*find_matmul)(DType type);

  // The same, with the same bits, for row-major matrices; null for many types.
  MatmulFn (*find_rowmajor)(DType type);

  // As find_matmul for `gemm_tokens` or more tokens with Activations::bf16,
  // which split_activations makes; MatmulArgs::scratch is needed. find_gemm
  // gives null if there is no better way than find_matmul's, split_activations
  // is null and gemm_tokens the greatest number if that is so for all types.
  MatmulFn (*find_gemm)(DType type);
  int64_t gemm_tokens;
  void (*split_activations)(const SplitActivationsArgs&);

  // Partial sums of one token, for layouts that spread the tiles of a row tile;
  // null where find_matmul is. They come to the bits that it gives.
  GemvPartFn (*find_gemv_part)(DType type);

  // The same for transposed matrices of floats; null for other types.
  TransposedGemvFn (*find_transposed_gemv)(DType type);

  void (*quantize_activations)(const QuantizeActivationsArgs&);

  // sum of a[i] * b[i]
  float (*dot_f32)(const float* a, const float* b, int64_t n);

  // out[i] = x[i] / sqrt(mean(x^2) + epsilon) * weight[i]; out may be x.
  void (*rms_norm)(const float* x, const float* weight, float epsilon,
                   int64_t n, float* out);

  // out[i] = (x[i] - mean(x)) / sqrt(variance(x) + epsilon) * weight[i] +
  // bias[i]; weight or bias may be null: 1, 0. out may be x.
  void (*layer_norm)(const float* x, const float* weight, const float* bias,
                     float epsilon, int64_t n, float* out);

  // gate[i] = silu(gate[i]) * up[i], silu(x) = x / (1 + exp(-x))
  void (*silu_multiply)(float* gate, const float* up, int64_t n);

  // x[i] = gelu(x[i]), and gate[i] = gelu(gate[i]) * up[i]: by its usual
  // approximation,
  //   gelu(x) = x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  // and by its definition, x / 2 (1 + erf(x / sqrt(2))).
  void (*gelu)(float* x, int64_t n);
  void (*gelu_multiply)(float* gate, const float* up, int64_t n);
  void (*exact_gelu)(float* x, int64_t n);
  void (*exact_gelu_multiply)(float* gate, const float* up, int64_t n);

  // x[i] = cap * tanh(x[i] / cap)
  void (*soft_cap)(float* x, float cap, int64_t n);

  // x[i] += y[i]; x[i] += scale * y[i]; x[i] *= scale
  void (*add)(float* x, const float* y, int64_t n);
  void (*add_scaled)(float* x, const float* y, float scale, int64_t n);
  void (*scale)(float* x, float scale, int64_t n);

  // Rotates the pairs (x[2i], x[2i+1]) by the angles whose cosines and sines
  // are given, i < pairs.
  void (*rope)(float* x, const float* cosines, const float* sines,
               int64_t pairs);

  // The same for the pairs (x[i], x[i + pairs]).
  void (*rope_halves)(float* x, const float* cosines, const float* sines,
                      int64_t pairs);

  // float32 to float16 bits, to nearest even.
  void (*f32_to_f16)(const float* x, int64_t n, uint16_t* out);

  void (*attention_f16)(const AttentionArgs&);
  void (*attention_f32)(const AttentionArgs&);
};

// The table of `isa`, which must be one of SupportedIsas().
const KernelTable& KernelTableFor(Isa isa);

}  // namespace tessera

#endif  // RUNTIME_KERNELS_KERNEL_TABLE_H_
