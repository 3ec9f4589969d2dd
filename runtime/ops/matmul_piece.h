// How threads share a matrix.
#ifndef RUNTIME_OPS_MATMUL_PIECE_H_
#define RUNTIME_OPS_MATMUL_PIECE_H_

#include <algorithm>
#include <cstdint>

#include "formats/layout/tensor_layout.h"
#include "runtime/ops/matrix.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// The piece of ThreadTeam::Phase for the output tiles of `matrix` and `tokens`
// tokens.
inline int64_t MatmulPiece(const Matrix& matrix, int64_t tokens,
                           const ThreadTeam& team) {
  // Of a matrix that one token goes through column by column: fewer make
  // streams that end before memory gets going.
  constexpr int64_t kColumnTiles = 64;
  // One token: a piece is as long as the threads may have to wait for each
  // other. More: the weights that a piece begins with are unpacked before
  // anything is multiplied.
  constexpr int64_t kGemvPieces = 64;
  constexpr int64_t kGemmPieces = 4;
  const int64_t tiles = matrix.tiles();
  if (tokens > 1) return team.PieceOf(tiles, kGemmPieces);
  const int64_t piece = team.PieceOf(tiles, kGemvPieces);
  if (matrix.view.layout.order != LayoutOrder::kTransposed) return piece;
  const int64_t share = (tiles + team.size() - 1) / team.size();
  return std::max(piece, std::min(share, kColumnTiles));
}

}  // namespace tessera

#endif  // RUNTIME_OPS_MATMUL_PIECE_H_
