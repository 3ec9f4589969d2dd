// Weight matrices times activations, for every layout and stored type.
#ifndef RUNTIME_OPS_MATMUL_H_
#define RUNTIME_OPS_MATMUL_H_

#include <cstdint>

#include "runtime/kernels/kernel_args.h"
#include "runtime/ops/matrix.h"

namespace tessera {

// Bytes of scratch memory that MatmulTiles and DequantizeRow need for `matrix`.
uint64_t ScratchBytes(const Matrix& matrix);

// out[t * out_stride + row] = sum over k of W[row][k] * x[t][k] for the rows of
// output tiles [first_tile, last_tile) and all tokens of `x`. `scratch` holds
// ScratchBytes(matrix), 64-byte aligned, and belongs to the calling thread.
// The bits of a result depend neither on the split into tiles nor on the other
// tokens of `x`. Allocates nothing.
void MatmulTiles(const Matrix& matrix, const Activations& x, int64_t first_tile,
                 int64_t last_tile, float* out, int64_t out_stride,
                 uint8_t* scratch);

// Row `row` of the matrix as float32, columns() values; for embeddings.
void DequantizeRow(const Matrix& matrix, int64_t row, uint8_t* scratch,
                   float* out);

}  // namespace tessera

#endif  // RUNTIME_OPS_MATMUL_H_
