// Activations in the forms that matrices read.
#ifndef RUNTIME_OPS_PANEL_H_
#define RUNTIME_OPS_PANEL_H_

#include <cstdint>
#include <initializer_list>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/ops/matrix.h"

namespace tessera {

// The forms of Activations besides float32. Non-owning.
struct Panel {
  int8_t* q = nullptr;
  float* scale = nullptr;
  int32_t* sum16 = nullptr;
  uint16_t* bf16 = nullptr;
  uint16_t* bf16_rest = nullptr;
};

// Which of them some matrices read when multiplied by `tokens` tokens.
struct PanelForms {
  bool int8 = false;
  bool bf16 = false;

  bool any() const { return int8 || bf16; }
};

PanelForms FormsFor(std::initializer_list<const Matrix*> matrices,
                    int64_t tokens);

// Rows of activations, [tokens][columns].
struct PanelRows {
  int64_t tokens;
  int64_t columns;
  const float* f32;
};

// Fills `forms` of `panel` for tokens [first, last). Other tokens may be filled
// concurrently.
void FillPanel(const KernelTable& kernels, const PanelRows& rows, int64_t first,
               int64_t last, PanelForms forms, const Panel& panel);

// `rows` with the forms of `panel` as input of a multiplication.
Activations ActivationsOf(const PanelRows& rows, const Panel& panel);

}  // namespace tessera

#endif  // RUNTIME_OPS_PANEL_H_
