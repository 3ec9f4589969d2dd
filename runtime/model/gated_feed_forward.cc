#include "runtime/model/gated_feed_forward.h"

#include <algorithm>

#include "runtime/kernels/kernel_args.h"
#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

GatedFeedForward::GatedFeedForward(const HyperParameters& parameters,
                                   const RoleWeights& weights)
    : inner_size_(parameters.intermediate_size),
      gate_(weights.matrix(TensorRole::kGate)),
      up_(weights.matrix(TensorRole::kUp)),
      down_(weights.matrix(TensorRole::kDown)) {}

bool GatedFeedForward::Reads(TensorRole role, TensorPart part) const {
  return part == TensorPart::kWeight &&
         (role == TensorRole::kGate || role == TensorRole::kUp ||
          role == TensorRole::kDown);
}

PanelForms GatedFeedForward::InputForms(const LayerPass& pass) const {
  return FormsFor({&gate_, &up_}, pass.active);
}

void GatedFeedForward::Run(LayerPass& pass) const {
  GateAndUp(pass);
  pass.FillPanel(pass.buffers.gate, inner_size_, down_);
  pass.Project(down_, pass.buffers.gate);
}

void GatedFeedForward::GateAndUp(LayerPass& pass) const {
  const PassBuffers& buffers = pass.buffers;
  const PanelRows rows = {pass.active, gate_.columns(), buffers.normed};
  const Activations gate_input = buffers.panel.Input(rows, gate_);
  const Activations up_input = buffers.panel.Input(rows, up_);
  const int64_t tiles = gate_.tiles();
  // Fused gate and up alternate by row tile: one token reads them in one
  // stream; several tokens, and matrices whose tiles are spread, are computed
  // faster with more tiles of one matrix at a time.
  const bool alternate =
      pass.active == 1 && gate_.view.layout.has_whole_row_tiles();
  const int64_t step = alternate ? 1 : tiles;
  pass.Announce(gate_);
  pass.team.Phase(
      pass.member, tiles, MatmulPiece(gate_, pass.active, pass.team),
      [&](int64_t begin, int64_t end) {
        for (int64_t first = begin; first < end; first += step) {
          const int64_t last = std::min(first + step, end);
          MatmulTiles(gate_, gate_input, first, last, buffers.gate, inner_size_,
                      pass.scratch());
          MatmulTiles(up_, up_input, first, last, buffers.up, inner_size_,
                      pass.scratch());
        }
        const int64_t row = begin * kTileRows;
        const int64_t count = std::min(end * kTileRows, inner_size_) - row;
        for (int64_t t = 0; t < pass.active; ++t) {
          pass.kernels.silu_multiply(buffers.gate + t * inner_size_ + row,
                                     buffers.up + t * inner_size_ + row, count);
        }
      });
}

}  // namespace tessera
