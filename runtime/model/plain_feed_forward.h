// down(activation(up x)).
#ifndef RUNTIME_MODEL_PLAIN_FEED_FORWARD_H_
#define RUNTIME_MODEL_PLAIN_FEED_FORWARD_H_

#include "runtime/model/feed_forward.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/linear.h"
#include "runtime/model/model_weights.h"

namespace tessera {

class PlainFeedForward : public FeedForward {
 public:
  // `weights` of the layer must outlive the object.
  PlainFeedForward(const HyperParameters& parameters,
                   const RoleWeights& weights);

  bool Reads(TensorRole role, TensorPart part) const override;
  absl::Span<const float> OutputBias() const override { return down_.bias; }
  PanelForms InputForms(const LayerPass& pass) const override;
  void Run(LayerPass& pass) const override;

 private:
  // up = activation(up projection).
  void Up(LayerPass& pass) const;

  const int64_t inner_size_;
  const Activation activation_;
  const Linear up_;    // [inner_size, hidden_size]
  const Linear down_;  // [hidden_size, inner_size]
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_PLAIN_FEED_FORWARD_H_
