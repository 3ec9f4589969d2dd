// The hyper-parameters of a model that this version can run, checked.
#ifndef RUNTIME_MODEL_HYPER_PARAMETERS_H_
#define RUNTIME_MODEL_HYPER_PARAMETERS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// Names as in Hugging Face's config.json. All sizes are positive and small
// enough that products of two of them fit in 64 bits; heads is a multiple of
// kv_heads; head_dim and rope_dim are even, rope_dim <= head_dim.
struct HyperParameters {
  const Architecture* architecture;
  int64_t hidden_size;
  int64_t intermediate_size;
  int64_t layers;
  int64_t heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t vocab_size;
  int64_t max_positions;
  float rms_norm_eps;
  int64_t rope_dim;  // leading dimensions of a head that are rotated
  double rope_theta;
  double rope_linear_factor;  // positions are divided by it; 1 for none
  bool needs_rope_factors;    // the scaling is in the tensor of that role

  int64_t query_size() const { return heads * head_dim; }
  int64_t kv_size() const { return kv_heads * head_dim; }
};

// The only place that says what this version can run, from the configuration
// alone, before a weight is read. Unimplemented, naming it, for an architecture
// that is not described, or for a part of one that has no code; DataLoss,
// naming the field, for values that cannot be.
absl::StatusOr<HyperParameters> CheckHyperParameters(const ModelConfig& model);

}  // namespace tessera

#endif  // RUNTIME_MODEL_HYPER_PARAMETERS_H_
