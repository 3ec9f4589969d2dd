// What mixes the tokens of a sequence: the first half of a layer.
#ifndef RUNTIME_MODEL_MIXER_H_
#define RUNTIME_MODEL_MIXER_H_

#include "absl/types/span.h"
#include "formats/model/architecture.h"
#include "runtime/model/layer_pass.h"
#include "runtime/ops/panel.h"

namespace tessera {

// Immutable: threads and batches share it. What it remembers of a sequence is
// in the sequence's blocks.
class Mixer {
 public:
  virtual ~Mixer() = default;

  // True if Run reads the tensor of a layer. A model with a tensor that nobody
  // reads is not run.
  virtual bool Reads(TensorRole role, TensorPart part) const = 0;

  // What must be added to what Run leaves in buffers.projected; empty: nothing.
  virtual absl::Span<const float> OutputBias() const = 0;

  // The forms of the normed tokens that Run reads.
  virtual PanelForms InputForms(const LayerPass& pass) const = 0;

  // Reads the normed rows of all tokens, and remembers what later tokens need
  // of them. Leaves in buffers.projected what is added to the stream of the
  // active tokens, but for the bias; without any, it remembers and no more.
  virtual void Run(LayerPass& pass) const = 0;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_MIXER_H_
