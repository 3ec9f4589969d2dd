// One layer of a model.
#ifndef RUNTIME_MODEL_MODEL_LAYER_H_
#define RUNTIME_MODEL_MODEL_LAYER_H_

#include <cstdint>
#include <memory>

#include "formats/model/architecture.h"
#include "runtime/model/feed_forward.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/layer_pass.h"
#include "runtime/model/mixer.h"
#include "runtime/model/model_weights.h"
#include "runtime/model/norm.h"

namespace tessera {

// x += mixer(norm(x)), then x += feed_forward(norm(x)), where a norm may be
// missing, and what is added may be normalized too. Or, in parallel, both read
// the x before. Immutable.
struct ModelLayer {
  Norm mixer_norm;
  std::unique_ptr<const Mixer> mixer;
  Contribution mixed;
  Norm feed_forward_norm;
  std::unique_ptr<const FeedForward> feed_forward;
  Contribution fed;

  // The layer `index`, of which no tensor is missing. `parameters` and
  // `weights` must outlive it.
  static ModelLayer Build(const HyperParameters& parameters,
                          const RoleWeights& weights, int64_t index);
};

// True if `layer`, which is of such an architecture, reads the tensor of a
// layer.
bool LayerReads(const HyperParameters& parameters, const ModelLayer& layer,
                TensorRole role, TensorPart part);

}  // namespace tessera

#endif  // RUNTIME_MODEL_MODEL_LAYER_H_
