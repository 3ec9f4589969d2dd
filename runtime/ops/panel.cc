#include "runtime/ops/panel.h"

#include "base/checked_math.h"

namespace tessera {

PanelForms FormsFor(std::initializer_list<const Matrix*> matrices,
                    int64_t tokens) {
  PanelForms forms;
  for (const Matrix* matrix : matrices) {
    const ActivationForm form = matrix->InputForm(tokens);
    forms.int8 |= form == ActivationForm::kInt8;
    forms.bf16 |= form == ActivationForm::kBf16;
  }
  return forms;
}

Panel::Size Panel::SizeFor(int64_t tokens, int64_t columns, PanelForms forms) {
  const uint64_t blocks = tokens * CeilDiv(columns, kActivationBlock);
  return {forms.int8 ? blocks : 0, forms.bf16 ? blocks : 0};
}

Panel Panel::Allocate(Workspace& workspace, const Size& size) {
  Panel panel;
  panel.q_ = workspace.Allocate<int8_t>(size.int8_blocks * kActivationBlock);
  panel.scale_ = workspace.Allocate<float>(size.int8_blocks);
  panel.sum16_ = workspace.Allocate<int32_t>(size.int8_blocks * 2);
  const uint64_t elements = size.bf16_blocks * kActivationBlock;
  panel.bf16_ = workspace.Allocate<uint16_t>(elements);
  panel.bf16_rest_ = workspace.Allocate<uint16_t>(elements);
  return panel;
}

void Panel::Fill(const KernelTable& kernels, const PanelRows& rows,
                 int64_t first, int64_t last, PanelForms forms) const {
  if (forms.int8) {
    kernels.quantize_activations({rows.tokens, rows.columns, first, last,
                                  rows.f32, rows.columns, q_, scale_, sum16_});
  }
  if (forms.bf16) {
    kernels.split_activations({rows.tokens, rows.columns, first, last, rows.f32,
                               rows.columns, bf16_, bf16_rest_});
  }
}

Activations Panel::Input(const PanelRows& rows, const Matrix& matrix,
                         int64_t first) const {
  const int64_t blocks = first * CeilDiv(rows.columns, kActivationBlock);
  Activations x = {};
  x.tokens = rows.tokens - first;
  x.columns = rows.columns;
  x.f32 = rows.f32 + first * rows.columns;
  x.f32_stride = rows.columns;
  switch (matrix.InputForm(x.tokens)) {
    case ActivationForm::kF32:
      break;
    case ActivationForm::kInt8:
      x.q = q_ + blocks * kActivationBlock;
      x.scale = scale_ + blocks;
      x.sum16 = sum16_ + 2 * blocks;
      break;
    case ActivationForm::kBf16:
      x.bf16 = bf16_ + blocks * kActivationBlock;
      x.bf16_rest = bf16_rest_ + blocks * kActivationBlock;
      break;
  }
  return x;
}

}  // namespace tessera
