// A model that is ready to compute.
#ifndef RUNTIME_MODEL_MODEL_H_
#define RUNTIME_MODEL_MODEL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/feed_forward.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/kv_pool.h"
#include "runtime/model/mixer.h"
#include "runtime/model/model_weights.h"
#include "runtime/model/rope_table.h"

namespace tessera {

// One layer: x += mixer(norm(x)), then x += feed_forward(norm(x)).
struct ModelLayer {
  absl::Span<const float> mixer_norm;  // [hidden_size]
  std::unique_ptr<const Mixer> mixer;
  absl::Span<const float> feed_forward_norm;
  std::unique_ptr<const FeedForward> feed_forward;
};

// Configuration, weights by role and rope angles of an arena. Immutable:
// executors, sequences and threads may share it.
class Model {
 public:
  struct Options {
    Isa isa = Isa::kScalar;  // see ChooseIsa()
    // For tests: float32 activations and cache, weights dequantized to float32.
    bool exact = false;
  };

  // `arena` must outlive the model. Reads no weight before it knows that the
  // model can be run. InvalidArgument without a configuration; Unimplemented or
  // DataLoss for a model that cannot be run (see CheckHyperParameters and
  // FindModelWeights).
  static absl::StatusOr<std::unique_ptr<const Model>> Create(
      const LoadedArena& arena, const Options& options);

  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const LoadedArena& arena() const { return arena_; }
  const HyperParameters& parameters() const { return parameters_; }
  const ModelWeights& weights() const { return weights_; }
  const RopeTable& rope() const { return rope_; }
  const KernelTable& kernels() const { return kernels_; }
  absl::Span<const ModelLayer> layers() const { return layers_; }
  absl::Span<const float> output_norm() const;
  bool exact() const { return exact_; }

  // Of the blocks that sequences of this model need.
  KvBlockLayout kv_layout() const {
    return {parameters_.kv_heads, parameters_.head_dim, exact_};
  }

  // Verifies the rows of the token embedding that `ids` name, if the arena was
  // opened so. DataLoss if one is damaged.
  absl::Status VerifyEmbedding(absl::Span<const int32_t> ids) const;

 private:
  Model(const LoadedArena& arena, const HyperParameters& parameters,
        ModelWeights weights, const KernelTable& kernels, bool exact);

  void BuildLayers();

  // Unimplemented if a tensor of a layer is read by none of its parts.
  absl::Status CheckAllRead() const;

  const LoadedArena& arena_;
  const HyperParameters parameters_;
  const ModelWeights weights_;
  const RopeTable rope_;
  const KernelTable& kernels_;
  const bool exact_;
  std::vector<ModelLayer> layers_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_MODEL_H_
