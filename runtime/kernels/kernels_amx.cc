#define TESSERA_KERNEL_ISA amx
#include "runtime/kernels/simd_avx512-inl.h"
// After the vocabulary:
#include "runtime/kernels/amx_gemm-inl.h"
#include "runtime/kernels/amx_panel-inl.h"
#include "runtime/kernels/kernels.inc"

namespace tessera {
namespace kernels {
namespace amx {

#define TESSERA_DEFINE_GEMM(type) \
  void Gemm##type(const MatmulArgs& args) { AmxGemm<type##Type>(args); }
TESSERA_FOR_EACH_GEMM(TESSERA_DEFINE_GEMM)
#undef TESSERA_DEFINE_GEMM

}  // namespace amx
}  // namespace kernels
}  // namespace tessera
