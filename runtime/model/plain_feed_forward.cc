#include "runtime/model/plain_feed_forward.h"

#include <algorithm>

#include "runtime/kernels/kernel_args.h"
#include "runtime/model/activation_kernels.h"
#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

PlainFeedForward::PlainFeedForward(const HyperParameters& parameters,
                                   const RoleWeights& weights)
    : inner_size_(parameters.intermediate_size),
      activation_(parameters.activation),
      up_(weights, TensorRole::kUp),
      down_(weights, TensorRole::kDown) {}

bool PlainFeedForward::Reads(TensorRole role, TensorPart) const {
  return role == TensorRole::kUp || role == TensorRole::kDown;
}

PanelForms PlainFeedForward::InputForms(const LayerPass& pass) const {
  return FormsFor({up_.matrix}, pass.active);
}

void PlainFeedForward::Run(LayerPass& pass) const {
  Up(pass);
  pass.FillPanel(pass.buffers.up, inner_size_, *down_.matrix);
  pass.Project(*down_.matrix, pass.buffers.up);
}

void PlainFeedForward::Up(LayerPass& pass) const {
  const PassBuffers& buffers = pass.buffers;
  const Matrix& up = *up_.matrix;
  const Activations input =
      buffers.panel.Input({pass.active, up.columns(), buffers.normed}, up);
  const ActivateFn activate = ActivateKernel(pass.kernels, activation_);
  pass.Announce(up);
  pass.team.Phase(pass.member, up.tiles(),
                  MatmulPiece(up, pass.active, pass.team),
                  [&](int64_t first, int64_t last) {
                    MatmulTiles(up, input, first, last, buffers.up, inner_size_,
                                pass.scratch());
                    const int64_t row = first * kTileRows;
                    const int64_t to = std::min(last * kTileRows, inner_size_);
                    up_.AddBias(pass.kernels, pass.active, row, to, buffers.up,
                                inner_size_);
                    for (int64_t t = 0; t < pass.active; ++t) {
                      activate(buffers.up + t * inner_size_ + row, to - row);
                    }
                  });
}

}  // namespace tessera
