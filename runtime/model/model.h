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
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/kv_plan.h"
#include "runtime/model/kv_pool.h"
#include "runtime/model/model_layer.h"
#include "runtime/model/model_weights.h"
#include "runtime/model/norm.h"
#include "runtime/model/rope_overrides.h"
#include "runtime/model/rope_table.h"

namespace tessera {

// Configuration, weights by role and rope angles of an arena. Immutable:
// executors, sequences and threads may share it.
class Model {
 public:
  struct Options {
    Isa isa = Isa::kScalar;  // see ChooseIsa()
    // For tests: float32 activations and cache, weights dequantized to float32.
    bool exact = false;
    RopeOverrides rope = {};
  };

  // `arena` must outlive the model. Reads no weight before it knows that the
  // model can be run. InvalidArgument without a configuration, or for
  // overrides that have no effect (ApplyRopeOverrides); Unimplemented or
  // DataLoss for a model that cannot be run (see CheckHyperParameters and
  // FindModelWeights).
  static absl::StatusOr<std::unique_ptr<const Model>> Create(
      const LoadedArena& arena, const Options& options);

  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const LoadedArena& arena() const { return arena_; }
  const HyperParameters& parameters() const { return parameters_; }
  const ModelWeights& weights() const { return weights_; }
  const ModelRope& rope() const { return rope_; }
  const KernelTable& kernels() const { return kernels_; }
  absl::Span<const ModelLayer> layers() const { return layers_; }
  const Norm& output_norm() const { return output_norm_; }
  bool exact() const { return exact_; }

  // True if a layer has one matrix for queries, keys and values.
  bool has_fused_qkv() const;

  // Of the blocks that sequences of this model need.
  KvBlockLayout kv_layout() const {
    return {parameters_.kv_heads, parameters_.head_dim, exact_};
  }

  // Of what sequences keep, for batches of at most `max_batch` tokens.
  KvPlan kv_plan(int64_t max_batch) const;

  // Verifies the rows of the token embedding that `ids` name, if the arena was
  // opened so. DataLoss if one is damaged.
  absl::Status VerifyEmbedding(absl::Span<const int32_t> ids) const;

  // The same for those of the next `count` positions from `first` on, if
  // positions have an embedding; then InvalidArgument beyond its end.
  absl::Status VerifyPositions(int64_t first, int64_t count) const;

 private:
  Model(const LoadedArena& arena, const HyperParameters& parameters,
        ModelWeights weights, const KernelTable& kernels, bool exact);

  // Unimplemented if a tensor is read by nobody.
  absl::Status CheckAllRead() const;
  absl::Status CheckModelTensorsRead() const;

  // Row `row` of a matrix that is read by row.
  absl::Status VerifyRow(const Matrix& matrix, int64_t row) const;

  const LoadedArena& arena_;
  const HyperParameters parameters_;
  const ModelWeights weights_;
  const ModelRope rope_;
  const Norm output_norm_;
  const KernelTable& kernels_;
  const bool exact_;
  std::vector<ModelLayer> layers_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_MODEL_H_
