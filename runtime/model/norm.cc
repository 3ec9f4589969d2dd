#include "runtime/model/norm.h"

#include <algorithm>

namespace tessera {

void Norm::ApplyOther(const KernelTable& kernels, const float* x, int64_t n,
                      float* out, int64_t offset) const {
  if (!exists_) {
    if (out != x) std::copy_n(x, n, out);
    return;
  }
  const auto from = [offset](absl::Span<const float> values) {
    return values.empty() ? nullptr : values.data() + offset;
  };
  kernels.layer_norm(x, from(weight_), from(bias_), epsilon_, n, out);
}

}  // namespace tessera
