// Activations in the forms that matrices read.
#ifndef RUNTIME_OPS_PANEL_H_
#define RUNTIME_OPS_PANEL_H_

#include <cstdint>
#include <initializer_list>

#include "runtime/kernels/kernel_args.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/ops/matrix.h"
#include "runtime/ops/workspace.h"

namespace tessera {

// Forms of activations besides float32.
struct PanelForms {
  bool int8 = false;
  bool bf16 = false;

  bool any() const { return int8 || bf16; }
  void Add(const PanelForms& other) {
    int8 |= other.int8;
    bf16 |= other.bf16;
  }
};

// Those that some matrices read when each is multiplied by `tokens` tokens.
PanelForms FormsFor(std::initializer_list<const Matrix*> matrices,
                    int64_t tokens);

// Rows of activations, [tokens][columns].
struct PanelRows {
  int64_t tokens;
  int64_t columns;
  const float* f32;
};

// The forms of one matrix input at a time. Owns their layout: it allocates the
// memory, fills it and hands it to matrices. A plain value; the memory is the
// workspace's.
class Panel {
 public:
  // In blocks of kActivationBlock activations.
  struct Size {
    uint64_t int8_blocks = 0;
    uint64_t bf16_blocks = 0;

    bool Holds(const Size& other) const {
      return int8_blocks >= other.int8_blocks &&
             bf16_blocks >= other.bf16_blocks;
    }
  };
  static Size SizeFor(int64_t tokens, int64_t columns, PanelForms forms);

  // Allocates from `workspace` (see there: call it in both rounds).
  static Panel Allocate(Workspace& workspace, const Size& size);

  // Makes `forms` of tokens [first, last) of `rows`. Other tokens may be filled
  // concurrently.
  void Fill(const KernelTable& kernels, const PanelRows& rows, int64_t first,
            int64_t last, PanelForms forms) const;

  // What `matrix` reads of `rows` from token `first` on, a multiple of
  // kPanelTokens: the form that FormsFor says, which must have been filled, and
  // no other.
  Activations Input(const PanelRows& rows, const Matrix& matrix,
                    int64_t first = 0) const;

 private:
  int8_t* q_ = nullptr;
  float* scale_ = nullptr;
  int32_t* sum16_ = nullptr;
  uint16_t* bf16_ = nullptr;
  uint16_t* bf16_rest_ = nullptr;
};

}  // namespace tessera

#endif  // RUNTIME_OPS_PANEL_H_
