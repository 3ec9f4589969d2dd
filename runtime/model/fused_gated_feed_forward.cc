#include "runtime/model/fused_gated_feed_forward.h"

#include <algorithm>

#include "runtime/kernels/kernel_args.h"
#include "runtime/model/activation_kernels.h"
#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

FusedGatedFeedForward::FusedGatedFeedForward(const HyperParameters& parameters,
                                             const RoleWeights& weights)
    : inner_size_(parameters.intermediate_size),
      activation_(parameters.activation),
      gate_up_(weights, TensorRole::kUp),
      down_(weights, TensorRole::kDown) {}

bool FusedGatedFeedForward::Reads(TensorRole role, TensorPart) const {
  return role == TensorRole::kUp || role == TensorRole::kDown;
}

PanelForms FusedGatedFeedForward::InputForms(const LayerPass& pass) const {
  return FormsFor({gate_up_.matrix}, pass.active);
}

void FusedGatedFeedForward::Run(LayerPass& pass) const {
  GateAndUp(pass);
  Activate(pass);
  pass.Project(*down_.matrix, pass.buffers.gate);
}

void FusedGatedFeedForward::GateAndUp(LayerPass& pass) const {
  const PassBuffers& buffers = pass.buffers;
  const Matrix& matrix = *gate_up_.matrix;
  const int64_t rows = matrix.rows();
  const Activations input = buffers.panel.Input(
      {pass.active, matrix.columns(), buffers.normed}, matrix);
  pass.Announce(matrix);
  pass.team.Phase(
      pass.member, matrix.tiles(), MatmulPiece(matrix, pass.active, pass.team),
      [&](int64_t first, int64_t last) {
        MatmulTiles(matrix, input, first, last, buffers.up, rows,
                    pass.scratch());
        gate_up_.AddBias(pass.kernels, pass.active, first * kTileRows,
                         std::min(last * kTileRows, rows), buffers.up, rows);
      });
}

// A row of gate and its row of up are in different tiles, so threads must have
// waited for each other.
void FusedGatedFeedForward::Activate(LayerPass& pass) const {
  const PassBuffers& buffers = pass.buffers;
  const MultiplyFn multiply = MultiplyKernel(pass.kernels, activation_);
  const PanelForms forms = FormsFor({down_.matrix}, pass.active);
  pass.team.Phase(pass.member, pass.active, 1,
                  [&](int64_t first, int64_t last) {
                    for (int64_t t = first; t < last; ++t) {
                      const float* projected = buffers.up + t * 2 * inner_size_;
                      float* gate = buffers.gate + t * inner_size_;
                      std::copy_n(projected, inner_size_, gate);
                      multiply(gate, projected + inner_size_, inner_size_);
                    }
                    buffers.panel.Fill(pass.kernels,
                                       {pass.active, inner_size_, buffers.gate},
                                       first, last, forms);
                  });
}

}  // namespace tessera
