// What a model normalizes rows by.
#ifndef RUNTIME_MODEL_NORM_H_
#define RUNTIME_MODEL_NORM_H_

#include <cstdint>

#include "absl/types/span.h"
#include "formats/model/graph_kinds.h"
#include "formats/model/tensor_role.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/model_weights.h"

namespace tessera {

// A norm of the model's kind, with the weights of one place; or none. A plain
// value; the weights must outlive it.
class Norm {
 public:
  // None.
  Norm() = default;

  // The norm of `role`. Without a tensor of that role, none, unless it is
  // `implied` that a model whose norms have no tensors has it.
  Norm(const HyperParameters& parameters, const RoleWeights& weights,
       TensorRole role, bool implied)
      : kind_(parameters.architecture->norm),
        epsilon_(parameters.norm_eps),
        weight_(weights.vector(role)),
        bias_(weights.vector(role, TensorPart::kBias)),
        exists_(!weight_.empty() ||
                (implied && kind_ == NormKind::kPlainLayerNorm)) {}

  bool exists() const { return exists_; }

  // Numbers in the weight; 0 if it has none.
  int64_t size() const { return static_cast<int64_t>(weight_.size()); }

  // out = norm(x), n floats each, by the weights from `offset` on; out may be
  // x. A norm that does not exist copies.
  void Apply(const KernelTable& kernels, const float* x, int64_t n, float* out,
             int64_t offset = 0) const {
    if (exists_ && kind_ == NormKind::kRms) {
      kernels.rms_norm(x, weight_.data() + offset, epsilon_, n, out);
    } else {
      ApplyOther(kernels, x, n, out, offset);
    }
  }

 private:
  void ApplyOther(const KernelTable& kernels, const float* x, int64_t n,
                  float* out, int64_t offset) const;

  NormKind kind_ = NormKind::kRms;
  float epsilon_ = 0;
  absl::Span<const float> weight_;
  absl::Span<const float> bias_;
  bool exists_ = false;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_NORM_H_
