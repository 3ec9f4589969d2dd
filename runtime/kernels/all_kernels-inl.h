// All kernels of one ISA. Included by kernels_<isa>.cc after the vocabulary of
// that ISA; every function that is not in kernels.inc has internal linkage.
#ifndef RUNTIME_KERNELS_ALL_KERNELS_INL_H_
#define RUNTIME_KERNELS_ALL_KERNELS_INL_H_

#include "runtime/kernels/activation_kernels-inl.h"
#include "runtime/kernels/affine_matmul-inl.h"
#include "runtime/kernels/attention_kernels-inl.h"
#include "runtime/kernels/block_gemm-inl.h"
#include "runtime/kernels/codebook_matmul-inl.h"
#include "runtime/kernels/float_gemm-inl.h"
#include "runtime/kernels/gemm_kernels-inl.h"
#include "runtime/kernels/gemv_part-inl.h"
#include "runtime/kernels/integer_matmul-inl.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/kernels.inc"
#include "runtime/kernels/low_bit_gemm-inl.h"
#include "runtime/kernels/low_bit_matmul-inl.h"
#include "runtime/kernels/matmul_kernels-inl.h"
#include "runtime/kernels/online_softmax-inl.h"
#include "runtime/kernels/rowmajor_matmul-inl.h"
#include "runtime/kernels/super_block_matmul-inl.h"
#include "runtime/kernels/transposed_gemv-inl.h"
#include "runtime/kernels/vector_kernels-inl.h"

namespace tessera {
namespace kernels {
namespace TESSERA_KERNEL_ISA {

namespace {

template <typename Type>
inline void MatmulOrGemm(const MatmulArgs& args) {
#ifdef TESSERA_HAS_GEMM
  using Gemm = typename GemmOf<Type>::Gemm;
  if constexpr (!__is_same(Gemm, void)) {
    if (args.x.tokens >= kGemmMinTokens) {
      MultiplyManyTokens<Gemm>(args);
      return;
    }
  }
#endif
#ifdef TESSERA_HAS_FLOAT_GEMM
  using Weights = typename FloatsOf<Type>::Weights;
  if constexpr (!__is_same(Weights, void)) {
    if (args.x.tokens >= kFloatGemmMinTokens) {
      MultiplyManyFloats<Weights>(args);
      return;
    }
  }
#endif
  Matmul<Type>(args);
}

}  // namespace

void SetCopyTiles(bool on) { copy_tiles = on; }

#define TESSERA_DEFINE_MATMUL(type) \
  void Matmul##type(const MatmulArgs& args) { MatmulOrGemm<type##Type>(args); }
TESSERA_FOR_EACH_MATMUL(TESSERA_DEFINE_MATMUL)
#undef TESSERA_DEFINE_MATMUL

#define TESSERA_DEFINE_GEMV_PART(type) \
  void GemvPart##type(const GemvPartArgs& args) { GemvPart<type##Type>(args); }
TESSERA_FOR_EACH_MATMUL(TESSERA_DEFINE_GEMV_PART)
#undef TESSERA_DEFINE_GEMV_PART

#define TESSERA_DEFINE_ROWMAJOR(type)           \
  void RowMajor##type(const MatmulArgs& args) { \
    MatmulRowMajor<type##Rows>(args);           \
  }
TESSERA_FOR_EACH_ROWMAJOR(TESSERA_DEFINE_ROWMAJOR)
#undef TESSERA_DEFINE_ROWMAJOR

#define TESSERA_DEFINE_TRANSPOSED_GEMV(type)                  \
  void TransposedGemv##type(const TransposedGemvArgs& args) { \
    TransposedGemv<type##Column>(args);                       \
  }
TESSERA_FOR_EACH_TRANSPOSED_GEMV(TESSERA_DEFINE_TRANSPOSED_GEMV)
#undef TESSERA_DEFINE_TRANSPOSED_GEMV

}  // namespace TESSERA_KERNEL_ISA
}  // namespace kernels
}  // namespace tessera

#endif  // RUNTIME_KERNELS_ALL_KERNELS_INL_H_
