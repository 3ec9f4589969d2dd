// The hyper-parameters of a model that this version can run, checked.
#ifndef RUNTIME_MODEL_HYPER_PARAMETERS_H_
#define RUNTIME_MODEL_HYPER_PARAMETERS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// YaRN: pairs that turn fast keep their frequency, those that turn slowly have
// it divided by `factor`, and those between have something between.
struct Yarn {
  double factor;
  double original_positions;
  double beta_fast;  // turns within the original positions
  double beta_slow;
  bool rounded;  // the bounds are whole pairs
};

// How positions become angles.
struct RopeParameters {
  int64_t dim = 0;  // leading dimensions of a head that are rotated
  double theta = 10000;
  double linear_factor = 1;  // positions are divided by it
  std::optional<Yarn> yarn = std::nullopt;
  double attention_factor = 1;  // of cosines and sines
};

enum class RopeChoice : uint8_t {
  kGlobal,  // by the model's parameters
  kLocal,   // by those of layers that see little
  kNone,
};

// What is particular about a layer.
struct LayerParameters {
  int64_t window = 0;  // positions that a token sees, its own too; 0: all
  RopeChoice rope = RopeChoice::kGlobal;
};

// Names as in Hugging Face's config.json. All sizes are positive and small
// enough that products of two of them fit in 64 bits; heads is a multiple of
// kv_heads; head_dim and rope.dim are even, rope.dim <= head_dim. Scales are
// those to multiply by, 1 where a model has none; caps and clips are 0 then.
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
  float norm_eps;
  Activation activation;
  bool parallel_residual;  // attention and feed-forward read the same stream
  float embedding_scale;
  float attention_scale;
  float residual_scale;
  float logit_scale;
  float attention_cap;
  float logit_cap;
  float qkv_clip;

  RopeParameters rope;
  std::optional<RopeParameters> local_rope;  // if a layer has it
  // Contexts beyond it take the long factors, others the short ones.
  int64_t original_positions;
  std::vector<LayerParameters> layer;  // [layers]

  int64_t query_size() const { return heads * head_dim; }
  int64_t kv_size() const { return kv_heads * head_dim; }
};

// Says what this version can run, from the configuration alone, before a weight
// is read. Unimplemented, naming it, for what CheckGraphIsSupported refuses and
// for what has no kernel; DataLoss, naming the field, for values that cannot
// be.
absl::StatusOr<HyperParameters> CheckHyperParameters(const ModelConfig& model);

}  // namespace tessera

#endif  // RUNTIME_MODEL_HYPER_PARAMETERS_H_
