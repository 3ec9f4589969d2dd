#include "runtime/model/gated_feed_forward.h"

#include <algorithm>

#include "runtime/kernels/kernel_args.h"
#include "runtime/model/activation_kernels.h"
#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

GatedFeedForward::GatedFeedForward(const HyperParameters& parameters,
                                   const RoleWeights& weights)
    : inner_size_(parameters.intermediate_size),
      activation_(parameters.activation),
      gate_(weights, TensorRole::kGate),
      up_(weights, TensorRole::kUp),
      down_(weights, TensorRole::kDown) {}

bool GatedFeedForward::Reads(TensorRole role, TensorPart) const {
  return role == TensorRole::kGate || role == TensorRole::kUp ||
         role == TensorRole::kDown;
}

PanelForms GatedFeedForward::InputForms(const LayerPass& pass) const {
  return FormsFor({gate_.matrix, up_.matrix}, pass.active);
}

void GatedFeedForward::Run(LayerPass& pass) const {
  GateAndUp(pass);
  pass.FillPanel(pass.buffers.gate, inner_size_, *down_.matrix);
  pass.Project(*down_.matrix, pass.buffers.gate);
}

void GatedFeedForward::GateAndUp(LayerPass& pass) const {
  const PassBuffers& buffers = pass.buffers;
  const Matrix& gate = *gate_.matrix;
  const Matrix& up = *up_.matrix;
  const PanelRows rows = {pass.active, gate.columns(), buffers.normed};
  const Activations gate_input = buffers.panel.Input(rows, gate);
  const Activations up_input = buffers.panel.Input(rows, up);
  const MultiplyFn multiply = MultiplyKernel(pass.kernels, activation_);
  const int64_t tiles = gate.tiles();
  // Fused gate and up alternate by row tile: one token reads them in one
  // stream; several tokens, and matrices whose tiles are spread, are computed
  // faster with more tiles of one matrix at a time.
  const bool alternate =
      pass.active == 1 && gate.view.layout.has_whole_row_tiles();
  const int64_t step = alternate ? 1 : tiles;
  pass.Announce(gate);
  pass.team.Phase(pass.member, tiles, MatmulPiece(gate, pass.active, pass.team),
                  [&](int64_t begin, int64_t end) {
                    for (int64_t first = begin; first < end; first += step) {
                      const int64_t last = std::min(first + step, end);
                      MatmulTiles(gate, gate_input, first, last, buffers.gate,
                                  inner_size_, pass.scratch());
                      MatmulTiles(up, up_input, first, last, buffers.up,
                                  inner_size_, pass.scratch());
                    }
                    const int64_t row = begin * kTileRows;
                    const int64_t to = std::min(end * kTileRows, inner_size_);
                    gate_.AddBias(pass.kernels, pass.active, row, to,
                                  buffers.gate, inner_size_);
                    up_.AddBias(pass.kernels, pass.active, row, to, buffers.up,
                                inner_size_);
                    for (int64_t t = 0; t < pass.active; ++t) {
                      multiply(buffers.gate + t * inner_size_ + row,
                               buffers.up + t * inner_size_ + row, to - row);
                    }
                  });
}

}  // namespace tessera
