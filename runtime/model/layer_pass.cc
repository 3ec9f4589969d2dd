#include "runtime/model/layer_pass.h"

#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

void LayerPass::Add(const Contribution& added, int64_t token, float* residual) {
  const int64_t width = parameters.hidden_size;
  float* row = buffers.projected + token * width;
  if (!added.bias.empty()) kernels.add(row, added.bias.data(), width);
  if (added.norm.exists()) added.norm.Apply(kernels, row, width, row);
  if (parameters.residual_scale == 1) {
    kernels.add(residual, row, width);
  } else {
    kernels.add_scaled(residual, row, parameters.residual_scale, width);
  }
}

void LayerPass::Normalize(const Contribution* added, const Norm& norm,
                          int64_t tokens, PanelForms forms) {
  const int64_t width = parameters.hidden_size;
  const int64_t skipped = batch.tokens() - tokens;
  team.Phase(member, tokens, 1, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      float* residual = buffers.residual + (skipped + t) * width;
      if (added != nullptr) Add(*added, t, residual);
      norm.Apply(kernels, residual, width, buffers.normed + t * width);
    }
    buffers.panel.Fill(kernels, {tokens, width, buffers.normed}, first, last,
                       forms);
  });
}

void LayerPass::NormalizeFirst(const Contribution& added, const Norm& norm,
                               int64_t tokens, PanelForms forms) {
  const int64_t width = parameters.hidden_size;
  const int64_t skipped = batch.tokens() - tokens;
  team.Phase(member, tokens, 1, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      float* residual = buffers.residual + (skipped + t) * width;
      norm.Apply(kernels, residual, width, buffers.normed + t * width);
      Add(added, t, residual);
    }
    buffers.panel.Fill(kernels, {tokens, width, buffers.normed}, first, last,
                       forms);
  });
}

void LayerPass::FillPanel(const float* rows, int64_t columns,
                          const Matrix& matrix) {
  const PanelForms forms = FormsFor({&matrix}, active);
  if (!forms.any()) return;
  team.Phase(member, active, 1, [&](int64_t first, int64_t last) {
    buffers.panel.Fill(kernels, {active, columns, rows}, first, last, forms);
  });
}

void LayerPass::Project(const Matrix& matrix, const float* rows) {
  const Activations x =
      buffers.panel.Input({active, matrix.columns(), rows}, matrix);
  Announce(matrix);
  team.Phase(member, matrix.tiles(), MatmulPiece(matrix, x.tokens, team),
             [&](int64_t first, int64_t last) {
               MatmulTiles(matrix, x, first, last, buffers.projected,
                           parameters.hidden_size, scratch());
             });
}

void LayerPass::Announce(const Matrix& matrix) const {
  if (stream != nullptr && member.thread == 0) {
    stream->Reading(matrix.view.data);
  }
}

}  // namespace tessera
