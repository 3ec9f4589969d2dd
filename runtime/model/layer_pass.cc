#include "runtime/model/layer_pass.h"

#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

void LayerPass::Normalize(const float* addend, absl::Span<const float> norm,
                          int64_t tokens, PanelForms forms) {
  const int64_t width = parameters.hidden_size;
  const int64_t skipped = batch.tokens() - tokens;
  team.Phase(member, tokens, 1, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      float* residual = buffers.residual + (skipped + t) * width;
      if (addend != nullptr) {
        kernels.add(residual, addend + t * width, width);
      }
      kernels.rms_norm(residual, norm.data(), parameters.rms_norm_eps, width,
                       buffers.normed + t * width);
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
