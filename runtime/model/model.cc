#include "runtime/model/model.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "formats/model/stored_config.h"
#include "formats/model/tensor_name.h"
#include "runtime/model/attention_block.h"
#include "runtime/model/gated_feed_forward.h"

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
  return absl::InvalidArgumentError(
      "the arena holds no model configuration, only tensors");
}

absl::Status CheckRopeFactors(const HyperParameters& parameters,
                              const ModelWeights& weights) {
  const std::string name = GgufName(TensorRole::kRopeFactors);
  const auto factors = weights.model.vector(TensorRole::kRopeFactors);
  if (factors.empty() && parameters.needs_rope_factors) {
    return absl::DataLossError(
        absl::StrCat("tensor ", Quoted(name), " is missing"));
  }
  for (const float divisor : factors) {
    if (!(divisor > 0)) {
      return absl::DataLossError(absl::StrCat("tensor ", Quoted(name),
                                              " holds ", divisor,
                                              ", expected positive divisors"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Model>> Model::Create(
    const LoadedArena& arena, const Options& options) {
  TESSERA_ASSIGN_OR_RETURN(const ModelConfig config, ConfigOf(arena));
  TESSERA_ASSIGN_OR_RETURN(const HyperParameters parameters,
                           CheckHyperParameters(config));
  const KernelTable& kernels = KernelTableFor(options.isa);
  TESSERA_ASSIGN_OR_RETURN(
      ModelWeights weights,
      FindModelWeights(*parameters.architecture, config, arena.tensors(),
                       kernels, options.exact));
  TESSERA_RETURN_IF_ERROR(CheckRopeFactors(parameters, weights));
  return std::unique_ptr<const Model>(
      new Model(arena, parameters, std::move(weights), kernels, options.exact));
}

Model::Model(const LoadedArena& arena, const HyperParameters& parameters,
             ModelWeights weights, const KernelTable& kernels, bool exact)
    : arena_(arena),
      parameters_(parameters),
      weights_(std::move(weights)),
      rope_(parameters_, weights_.model.vector(TensorRole::kRopeFactors)),
      kernels_(kernels),
      exact_(exact) {
  BuildLayers();
}

void Model::BuildLayers() {
  for (int64_t i = 0; i < parameters_.layers; ++i) {
    const RoleWeights& weights = weights_.layers[i];
    ModelLayer& layer = layers_.emplace_back();
    layer.mixer_norm = weights.vector(TensorRole::kAttentionNorm);
    layer.mixer = std::make_unique<AttentionBlock>(parameters_, weights, i);
    layer.feed_forward_norm = weights.vector(TensorRole::kFeedForwardNorm);
    layer.feed_forward =
        std::make_unique<GatedFeedForward>(parameters_, weights);
  }
}

absl::Status Model::CheckAllRead() const {
  absl::Status status;
  for (int64_t i = 0; i < parameters_.layers; ++i) {
    const ModelLayer& layer = layers_[i];
    weights_.layers[i].ForEach([&](TensorRole role, TensorPart part) {
      const bool is_norm =
          part == TensorPart::kWeight && (role == TensorRole::kAttentionNorm ||
                                          role == TensorRole::kFeedForwardNorm);
      if (is_norm || layer.mixer->Reads(role, part) ||
          layer.feed_forward->Reads(role, part)) {
        return;
      }
      const std::string name = GgufName(
          {.role = role, .part = part, .layer = static_cast<uint64_t>(i)});
      status.Update(absl::UnimplementedError(absl::StrCat(
          "tensor ", Quoted(name), " has no code in a ",
          parameters_.architecture->name, " graph; this model cannot be run")));
    });
  }
  return status;
}

absl::Span<const float> Model::output_norm() const {
  return weights_.model.vector(TensorRole::kOutputNorm);
}

absl::Status Model::VerifyEmbedding(absl::Span<const int32_t> ids) const {
  const TensorView& rows = weights_.embedding().view;
  const TensorLayout& layout = rows.layout;
  // Where tiles are spread, a row is everywhere.
  const bool whole = layout.has_whole_row_tiles();
  const uint64_t tiles = whole ? 1 : layout.row_tiles();
  for (const int32_t id : ids) {
    const uint64_t first = whole ? id / layout.tile_rows : 0;
    TESSERA_RETURN_IF_ERROR(
        arena_.VerifyBytes(rows.data + first * layout.row_tile_stride,
                           tiles * layout.row_tile_bytes));
  }
  return absl::OkStatus();
}

}  // namespace tessera
