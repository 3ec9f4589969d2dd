// A matrix, and what is added to its product.
#ifndef RUNTIME_MODEL_LINEAR_H_
#define RUNTIME_MODEL_LINEAR_H_

#include <cstdint>

#include "absl/types/span.h"
#include "formats/model/tensor_role.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/model/model_weights.h"
#include "runtime/ops/matrix.h"

namespace tessera {

// A plain value; the weights must outlive it.
struct Linear {
  // Both null and empty if there is no matrix of that role.
  Linear(const RoleWeights& weights, TensorRole role)
      : matrix(weights.FindMatrix(role)),
        bias(weights.vector(role, TensorPart::kBias)) {}

  int64_t rows() const { return matrix->rows(); }

  // Adds the bias to rows [first_row, last_row) of `tokens` tokens, whose
  // products are `stride` floats apart.
  void AddBias(const KernelTable& kernels, int64_t tokens, int64_t first_row,
               int64_t last_row, float* products, int64_t stride) const {
    if (bias.empty()) return;
    for (int64_t t = 0; t < tokens; ++t) {
      kernels.add(products + t * stride + first_row, bias.data() + first_row,
                  last_row - first_row);
    }
  }

  const Matrix* matrix;
  absl::Span<const float> bias;  // empty: none
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_LINEAR_H_
