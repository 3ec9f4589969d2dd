// What works on each token by itself: the second half of a layer.
#ifndef RUNTIME_MODEL_FEED_FORWARD_H_
#define RUNTIME_MODEL_FEED_FORWARD_H_

#include "absl/types/span.h"
#include "formats/model/architecture.h"
#include "runtime/model/layer_pass.h"
#include "runtime/ops/panel.h"

namespace tessera {

// Immutable: threads and batches share it.
class FeedForward {
 public:
  virtual ~FeedForward() = default;

  // As in Mixer.
  virtual bool Reads(TensorRole role, TensorPart part) const = 0;

  // What must be added to what Run leaves in buffers.projected; empty: nothing.
  virtual absl::Span<const float> OutputBias() const = 0;

  // The forms of the normed tokens that Run reads.
  virtual PanelForms InputForms(const LayerPass& pass) const = 0;

  // Reads the normed rows of the active tokens, of which there is at least one.
  // Leaves in buffers.projected what is added to their stream, but for the
  // bias.
  virtual void Run(LayerPass& pass) const = 0;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_FEED_FORWARD_H_
