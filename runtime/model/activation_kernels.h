// The kernels of an activation.
#ifndef RUNTIME_MODEL_ACTIVATION_KERNELS_H_
#define RUNTIME_MODEL_ACTIVATION_KERNELS_H_

#include <cstdint>

#include "formats/model/graph_kinds.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {

// gate[i] = activation(gate[i]) * up[i]; for those that CheckHyperParameters
// lets through.
using MultiplyFn = void (*)(float* gate, const float* up, int64_t n);
inline MultiplyFn MultiplyKernel(const KernelTable& kernels,
                                 Activation activation) {
  switch (activation) {
    case Activation::kGelu:
      return kernels.gelu_multiply;
    case Activation::kGeluErf:
      return kernels.exact_gelu_multiply;
    default:
      return kernels.silu_multiply;
  }
}

// x[i] = activation(x[i]); likewise.
using ActivateFn = void (*)(float* x, int64_t n);
inline ActivateFn ActivateKernel(const KernelTable& kernels,
                                 Activation activation) {
  return activation == Activation::kGelu ? kernels.gelu : kernels.exact_gelu;
}

}  // namespace tessera

#endif  // RUNTIME_MODEL_ACTIVATION_KERNELS_H_
