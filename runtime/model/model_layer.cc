#include "runtime/model/model_layer.h"

#include <optional>

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
