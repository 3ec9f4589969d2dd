#include "runtime/ops/panel.h"

namespace tessera {

PanelForms FormsFor(std::initializer_list<const Matrix*> matrices,
                    int64_t tokens) {
  PanelForms forms;
  for (const Matrix* matrix : matrices) {
    if (matrix->uses_gemm(tokens)) {
      forms.bf16 = true;
    } else if (matrix->reads_quantized()) {
      forms.int8 = true;
    }
  }
  return forms;
}

void FillPanel(const KernelTable& kernels, const PanelRows& rows, int64_t first,
               int64_t last, PanelForms forms, const Panel& panel) {
  if (forms.int8) {
    kernels.quantize_activations({rows.tokens, rows.columns, first, last,
                                  rows.f32, rows.columns, panel.q, panel.scale,
                                  panel.sum16});
  }
  if (forms.bf16) {
    kernels.split_activations({rows.tokens, rows.columns, first, last, rows.f32,
                               rows.columns, panel.bf16, panel.bf16_rest});
  }
}

Activations ActivationsOf(const PanelRows& rows, const Panel& panel) {
  return {rows.tokens, rows.columns, rows.f32,   rows.columns,   panel.q,
          panel.scale, panel.sum16,  panel.bf16, panel.bf16_rest};
}

}  // namespace tessera
