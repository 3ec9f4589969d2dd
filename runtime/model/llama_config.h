// The hyper-parameters of a Llama model, checked.
#ifndef RUNTIME_MODEL_LLAMA_CONFIG_H_
#define RUNTIME_MODEL_LLAMA_CONFIG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// Names as in Hugging Face's config.json. All sizes are positive and small
// enough that products of two of them fit in 64 bits; heads is a multiple of
// kv_heads; head_dim and rope_dim are even, rope_dim <= head_dim.
struct LlamaConfig {
  int64_t hidden_size;
  int64_t intermediate_size;
  int64_t layers;
  int64_t heads;
  int64_t kv_heads;
  int64_t head_dim;
  int64_t vocab_size;
  int64_t max_positions;
  float rms_norm_eps;
  int64_t rope_dim;          // leading dimensions of a head that turn
  double rope_theta;
  double rope_linear_factor; // positions are divided by it; 1 for none
  bool needs_rope_freqs;     // the scaling is in the tensor rope_freqs.weight

  int64_t query_size() const { return heads * head_dim; }
  int64_t kv_size() const { return kv_heads * head_dim; }
};

// Unimplemented, naming it, for another architecture or position scaling;
// DataLoss, naming the field, for values that cannot be.
absl::StatusOr<LlamaConfig> CheckLlamaConfig(const ModelConfig& model);

}  // namespace tessera

#endif  // RUNTIME_MODEL_LLAMA_CONFIG_H_
