// The same as gated_feed_forward.h, where one matrix holds the rows of gate and
// then those of up.
#ifndef RUNTIME_MODEL_FUSED_GATED_FEED_FORWARD_H_
#define RUNTIME_MODEL_FUSED_GATED_FEED_FORWARD_H_

#include "runtime/model/feed_forward.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/linear.h"
#include "runtime/model/model_weights.h"

namespace tessera {

class FusedGatedFeedForward : public FeedForward {
 public:
  // `weights` of the layer must outlive the object.
  FusedGatedFeedForward(const HyperParameters& parameters,
                        const RoleWeights& weights);

  bool Reads(TensorRole role, TensorPart part) const override;
  absl::Span<const float> OutputBias() const override { return down_.bias; }
  PanelForms InputForms(const LayerPass& pass) const override;
  void Run(LayerPass& pass) const override;

 private:
  // up = gate's and up's projections, one after the other.
  void GateAndUp(LayerPass& pass) const;

  // gate = activation(gate projection) * up projection, in the form that down
  // reads.
  void Activate(LayerPass& pass) const;

  const int64_t inner_size_;
  const Activation activation_;
  const Linear gate_up_;  // [2 inner_size, hidden_size]
  const Linear down_;     // [hidden_size, inner_size]
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_FUSED_GATED_FEED_FORWARD_H_
