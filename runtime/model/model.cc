#include "runtime/model/model.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/rope_factors.h"
#include "formats/model/stored_config.h"
#include "formats/model/tensor_name.h"

namespace tessera {
namespace {

absl::StatusOr<ModelConfig> ConfigOf(const LoadedArena& arena) {
  if (arena.tensors().empty()) {
    return absl::InvalidArgumentError(
        "the arena holds a vocabulary and no weights");
  }
  absl::StatusOr<ModelConfig> config =
      StoredModelConfig(arena.manifest(), arena.bytes());
  if (!absl::IsNotFound(config.status())) return config;
  return absl::InvalidArgumentError(config.status().message());
}

absl::Status CheckRopeFactors(const ModelWeights& weights) {
  for (const TensorRole role :
       {TensorRole::kRopeFactors, TensorRole::kRopeFactorsShort,
        TensorRole::kRopeFactorsLong}) {
    TESSERA_RETURN_IF_ERROR(
        CheckRopeDivisors(GgufName(role), weights.model.vector(role)));
  }
  return absl::OkStatus();
}

absl::Status HasNoCode(const TensorName& tensor,
                       const Architecture& architecture) {
  return absl::UnimplementedError(
      absl::StrCat("tensor ", Quoted(GgufName(tensor)), " has no code in a ",
                   architecture.name, " graph; this model cannot be run"));
}

ModelRope::Factors FactorsOf(const ModelWeights& weights) {
  return {.all = weights.model.vector(TensorRole::kRopeFactors),
          .short_contexts = weights.model.vector(TensorRole::kRopeFactorsShort),
          .long_contexts = weights.model.vector(TensorRole::kRopeFactorsLong)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Model>> Model::Create(
    const LoadedArena& arena, const Options& options) {
  TESSERA_ASSIGN_OR_RETURN(ModelConfig config, ConfigOf(arena));
  TESSERA_RETURN_IF_ERROR(ApplyRopeOverrides(options.rope, &config));
  TESSERA_ASSIGN_OR_RETURN(const HyperParameters parameters,
                           CheckHyperParameters(config));
  const KernelTable& kernels = KernelTableFor(options.isa);
  TESSERA_ASSIGN_OR_RETURN(
      ModelWeights weights,
      FindModelWeights(*parameters.architecture, config, arena.tensors(),
                       kernels, options.exact));
  TESSERA_RETURN_IF_ERROR(CheckRopeFactors(weights));
  auto model = std::unique_ptr<const Model>(
      new Model(arena, parameters, std::move(weights), kernels, options.exact));
  TESSERA_RETURN_IF_ERROR(model->CheckAllRead());
  return model;
}

Model::Model(const LoadedArena& arena, const HyperParameters& parameters,
             ModelWeights weights, const KernelTable& kernels, bool exact)
    : arena_(arena),
      parameters_(parameters),
      weights_(std::move(weights)),
      rope_(parameters_, FactorsOf(weights_)),
      output_norm_(parameters_, weights_.model, TensorRole::kOutputNorm,
                   /*implied=*/true),
      kernels_(kernels),
      exact_(exact) {
  for (int64_t i = 0; i < parameters_.layers; ++i) {
    layers_.push_back(ModelLayer::Build(parameters_, weights_.layers[i], i));
  }
}

bool Model::has_fused_qkv() const {
  return std::any_of(weights_.layers.begin(), weights_.layers.end(),
                     [](const RoleWeights& layer) {
                       return layer.FindMatrix(TensorRole::kAttentionQkv) !=
                              nullptr;
                     });
}

KvPlan Model::kv_plan(int64_t max_batch) const {
  KvPlan plan;
  plan.max_batch = max_batch;
  for (const LayerParameters& layer : parameters_.layer) {
    plan.windows.push_back(layer.window);
  }
  return plan;
}

absl::Status Model::CheckAllRead() const {
  absl::Status status = CheckModelTensorsRead();
  for (int64_t i = 0; i < parameters_.layers; ++i) {
    weights_.layers[i].ForEach([&](TensorRole role, TensorPart part) {
      if (LayerReads(parameters_, layers_[i], role, part)) return;
      status.Update(HasNoCode(
          {.role = role, .part = part, .layer = static_cast<uint64_t>(i)},
          *parameters_.architecture));
    });
  }
  return status;
}

absl::Status Model::CheckModelTensorsRead() const {
  absl::Status status;
  weights_.model.ForEach([&](TensorRole role, TensorPart part) {
    const bool read =
        part == TensorPart::kWeight
            ? role != TensorRole::kPositionEmbedding ||
                  parameters_.architecture->rope_pairs == RopePairs::kNone
            : role == TensorRole::kOutputNorm;
    if (read) return;
    status.Update(
        HasNoCode({.role = role, .part = part}, *parameters_.architecture));
  });
  return status;
}

absl::Status Model::VerifyRow(const Matrix& matrix, int64_t row) const {
  const TensorView& rows = matrix.view;
  const TensorLayout& layout = rows.layout;
  // Where tiles are spread, a row is everywhere.
  const bool whole = layout.has_whole_row_tiles();
  const uint64_t tiles = whole ? 1 : layout.row_tiles();
  const uint64_t first = whole ? row / layout.tile_rows : 0;
  return arena_.VerifyBytes(rows.data + first * layout.row_tile_stride,
                            tiles * layout.row_tile_bytes);
}

absl::Status Model::VerifyEmbedding(absl::Span<const int32_t> ids) const {
  for (const int32_t id : ids) {
    TESSERA_RETURN_IF_ERROR(VerifyRow(weights_.embedding(), id));
  }
  return absl::OkStatus();
}

absl::Status Model::VerifyPositions(int64_t first, int64_t count) const {
  const Matrix* positions = weights_.position_embedding();
  if (positions == nullptr) return absl::OkStatus();
  if (count > positions->rows() - first) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no room for ", count, count == 1 ? " more token" : " more tokens",
        ": the model has ", positions->rows(), " positions, of which ", first,
        first == 1 ? " is" : " are", " used"));
  }
  for (int64_t i = first; i < first + count; ++i) {
    TESSERA_RETURN_IF_ERROR(VerifyRow(*positions, i));
  }
  return absl::OkStatus();
}

}  // namespace tessera
