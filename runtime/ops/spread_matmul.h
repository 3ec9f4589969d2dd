// Transposed and swizzled matrices, whose tiles lie in another order than the
// kernels take them.
#ifndef RUNTIME_OPS_SPREAD_MATMUL_H_
#define RUNTIME_OPS_SPREAD_MATMUL_H_

#include <cstdint>

#include "runtime/ops/matrix.h"

namespace tessera {

// Bytes of scratch memory that MatmulSpreadTiles needs for `matrix`.
uint64_t SpreadScratchBytes(const Matrix& matrix);

// As MatmulTiles, for a matrix with a kernel and spread tiles. One token: goes
// through the tiles of the rows in the order in which they are stored, and
// leaves out transposed ones whose activations are all zero. Several tokens:
// puts the tiles of a few row tiles side by side in `scratch` first, which
// costs little against the use that many tokens make of them. The bits are
// those of the interleaved layout either way, if the weights are finite.
void MatmulSpreadTiles(const Matrix& matrix, const Activations& x,
                       int64_t first_tile, int64_t last_tile, float* out,
                       int64_t out_stride, uint8_t* scratch);

}  // namespace tessera

#endif  // RUNTIME_OPS_SPREAD_MATMUL_H_
