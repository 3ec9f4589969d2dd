#define TESSERA_KERNEL_ISA scalar
#include "runtime/kernels/simd_scalar-inl.h"
// After the vocabulary:
#include "runtime/kernels/all_kernels-inl.h"
