#define TESSERA_KERNEL_ISA avx512
#include "runtime/kernels/simd_avx512-inl.h"
// After the vocabulary:
#include "runtime/kernels/all_kernels-inl.h"
