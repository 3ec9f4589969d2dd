#include "runtime/model/model_layer.h"

#include <optional>
#include <vector>

#include "runtime/model/attention_block.h"
#include "runtime/model/fused_gated_feed_forward.h"
#include "runtime/model/gated_feed_forward.h"
#include "runtime/model/plain_feed_forward.h"

namespace tessera {
namespace {

std::unique_ptr<const FeedForward> MakeFeedForward(
    const HyperParameters& parameters, const RoleWeights& weights) {
  if (parameters.architecture->feed_forward == FeedForwardKind::kPlain) {
    return std::make_unique<PlainFeedForward>(parameters, weights);
  }
  if (parameters.architecture->gate_is_in_up) {
    return std::make_unique<FusedGatedFeedForward>(parameters, weights);
  }
  return std::make_unique<GatedFeedForward>(parameters, weights);
}

// The roles of a layer's norms, in the order in which they are applied.
struct NormRoles {
  std::optional<TensorRole> before_mixer;
  std::optional<TensorRole> after_mixer;
  std::optional<TensorRole> before_feed_forward;
  std::optional<TensorRole> after_feed_forward;

  bool Have(TensorRole role) const {
    return role == before_mixer || role == after_mixer ||
           role == before_feed_forward || role == after_feed_forward;
  }
};

NormRoles NormRolesOf(const Architecture& architecture) {
  NormRoles roles;
  switch (architecture.norms) {
    case NormPlacement::kBefore:
      roles.before_mixer = TensorRole::kAttentionNorm;
      roles.before_feed_forward = architecture.feed_forward_norm;
      break;
    case NormPlacement::kAround:
      roles.before_mixer = TensorRole::kAttentionNorm;
      roles.before_feed_forward = TensorRole::kFeedForwardNorm;
      [[fallthrough]];
    case NormPlacement::kAfter:
      roles.after_mixer = TensorRole::kPostAttentionNorm;
      roles.after_feed_forward = TensorRole::kPostFeedForwardNorm;
      break;
  }
  return roles;
}

// Whether a layer needs the norm, if its models have tensors of norms.
bool NeedsNorm(const HyperParameters& parameters, const RoleWeights& weights,
               const NormRoles& roles, TensorRole role) {
  // In parallel, one norm may serve both.
  const bool shared = parameters.parallel_residual &&
                      role == roles.before_feed_forward &&
                      !weights.vector(TensorRole::kAttentionNorm).empty();
  return parameters.architecture->norm != NormKind::kPlainLayerNorm && !shared;
}

}  // namespace

ModelLayer ModelLayer::Build(const HyperParameters& parameters,
                             const RoleWeights& weights, int64_t index) {
  const NormRoles roles = NormRolesOf(*parameters.architecture);
  const auto norm = [&](std::optional<TensorRole> role) {
    return role.has_value() ? Norm(parameters, weights, *role, /*implied=*/true)
                            : Norm();
  };
  ModelLayer layer;
  layer.mixer_norm = norm(roles.before_mixer);
  layer.mixer = std::make_unique<AttentionBlock>(parameters, weights, index);
  layer.mixed = {layer.mixer->OutputBias(), norm(roles.after_mixer)};
  layer.feed_forward_norm = norm(roles.before_feed_forward);
  if (parameters.parallel_residual && !layer.feed_forward_norm.exists()) {
    layer.feed_forward_norm = layer.mixer_norm;
  }
  layer.feed_forward = MakeFeedForward(parameters, weights);
  layer.fed = {layer.feed_forward->OutputBias(),
               norm(roles.after_feed_forward)};
  return layer;
}

std::optional<TensorRole> MissingTensor(const HyperParameters& parameters,
                                        const RoleWeights& weights) {
  std::vector<TensorRole> matrices = {TensorRole::kAttentionOutput,
                                      TensorRole::kUp, TensorRole::kDown};
  if (weights.FindMatrix(TensorRole::kAttentionQkv) == nullptr) {
    matrices.insert(matrices.end(),
                    {TensorRole::kAttentionQuery, TensorRole::kAttentionKey,
                     TensorRole::kAttentionValue});
  }
  const Architecture& architecture = *parameters.architecture;
  if (architecture.feed_forward == FeedForwardKind::kGated &&
      !architecture.gate_is_in_up) {
    matrices.push_back(TensorRole::kGate);
  }
  for (const TensorRole role : matrices) {
    if (weights.FindMatrix(role) == nullptr) return role;
  }
  const NormRoles roles = NormRolesOf(architecture);
  for (const auto& role :
       {roles.before_mixer, roles.after_mixer, roles.before_feed_forward,
        roles.after_feed_forward}) {
    if (role.has_value() && weights.vector(*role).empty() &&
        NeedsNorm(parameters, weights, roles, *role)) {
      return role;
    }
  }
  return std::nullopt;
}

bool LayerReads(const HyperParameters& parameters, const ModelLayer& layer,
                TensorRole role, TensorPart part) {
  if (NormRolesOf(*parameters.architecture).Have(role)) {
    return part == TensorPart::kWeight ||
           parameters.architecture->norm == NormKind::kLayerNorm;
  }
  return layer.mixer->Reads(role, part) ||
         layer.feed_forward->Reads(role, part);
}

}  // namespace tessera
