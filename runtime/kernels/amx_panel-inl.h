// Activations in bfloat16, in the order in which AMX loads them.
#ifndef RUNTIME_KERNELS_AMX_PANEL_INL_H_
#define RUNTIME_KERNELS_AMX_PANEL_INL_H_

#include <immintrin.h>
#include <stdint.h>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/panel-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {
namespace {

// 16 floats to bfloat16, and what that leaves of them; nothing is left of what
// is not finite.
inline void SplitToBf16(__m512 x, __m256i& bf16, __m256i& rest) {
  const __m256bh rounded = _mm512_cvtneps_pbh(x);
  bf16 = reinterpret_cast<const __m256i&>(rounded);
  const __m512i bits = _mm512_slli_epi32(_mm512_cvtepu16_epi32(bf16), 16);
  const __m512i exponent = _mm512_set1_epi32(0x7f800000);
  const __mmask16 finite =
      _mm512_cmpneq_epi32_mask(_mm512_and_si512(bits, exponent), exponent);
  const __m256bh difference = _mm512_cvtneps_pbh(
      _mm512_maskz_sub_ps(finite, x, _mm512_castsi512_ps(bits)));
  rest = reinterpret_cast<const __m256i&>(difference);
}

// One block of 32 activations, of which the first n are given.
inline void SplitBlock(const float* x, int64_t n, uint16_t* bf16,
                       uint16_t* rest) {
  for (int half = 0; half < 2; ++half) {
    const int64_t left = n - 16 * half;
    const int64_t lanes = left < 0 ? 0 : left < 16 ? left : 16;
    __m256i upper, lower;
    SplitToBf16(LoadPartial(x + 16 * half, lanes).v, upper, lower);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bf16 + 16 * half), upper);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(rest + 16 * half), lower);
  }
}

}  // namespace

void SplitActivations(const SplitActivationsArgs& args) {
  const int64_t blocks =
      (args.columns + kActivationBlock - 1) / kActivationBlock;
  for (int64_t t = args.first_token; t < args.last_token; ++t) {
    for (int64_t b = 0; b < blocks; ++b) {
      const int64_t at =
          PanelIndex(args.tokens, blocks, b, t) * kActivationBlock;
      const int64_t left = args.columns - b * kActivationBlock;
      SplitBlock(args.f32 + t * args.f32_stride + b * kActivationBlock,
                 left < kActivationBlock ? left : kActivationBlock,
                 args.bf16 + at, args.bf16_rest + at);
    }
  }
}

}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_AMX_PANEL_INL_H_
