#define TESSERA_KERNEL_ISA avx2
#include "runtime/kernels/simd_avx2-inl.h"
// After the vocabulary:
#include "runtime/kernels/all_kernels-inl.h"
