// The graph of a Llama model.
#ifndef RUNTIME_MODEL_FORWARD_PASS_H_
#define RUNTIME_MODEL_FORWARD_PASS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "runtime/loader/weight_stream.h"
#include "runtime/model/attention_phases.h"
#include "runtime/model/decoder_parts.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// One thread's walk through all layers for one batch; every thread of the team
// makes the same walk and takes its share of each phase.
class ForwardPass {
 public:
  // What `parts` refers to, and `parts` itself, must outlive the object.
  ForwardPass(const DecoderParts& parts, const Batch& batch,
              ThreadTeam::Member member);
  ForwardPass(const ForwardPass&) = delete;
  ForwardPass& operator=(const ForwardPass&) = delete;

  // Writes the logits and the batch's keys and values.
  void Run();

 private:
  void EmbedTokens();
  void ProjectHeads(int64_t layer);
  void Attention(int64_t layer);
  void FeedForward(const LayerWeights& layer);
  void Logits();

  // residual += `addend` (if not null), then normed = RMSNorm(residual), for
  // the last `tokens` tokens of the batch, and `forms` of that in the panel.
  // `addend` and `normed` have rows for these tokens only.
  void Normalize(const float* addend, absl::Span<const float> norm,
                 int64_t tokens, PanelForms forms);

  // Fills the panel from the active tokens' rows of `columns` floats, if
  // `matrix` reads it.
  void Quantize(const float* rows, int64_t columns, const Matrix& matrix);

  // Says that `matrix` is read next; every thread may call it.
  void Announce(const Matrix& matrix) const;

  // gate = silu(gate projection) * up projection.
  void GateAndUp(const LayerWeights& layer);

  // projected = matrix * rows.
  void Project(const Matrix& matrix, const float* rows);

  uint8_t* scratch() const;

  const LlamaConfig& config_;
  const ModelWeights& weights_;
  const RopeTable& rope_;
  const KernelTable& kernels_;
  const DecoderBuffers& buffers_;
  ThreadTeam& team_;
  WeightStream* const stream_;
  const Batch batch_;
  ThreadTeam::Member member_;
  AttentionPhases attention_;

  // The last tokens of the batch, whose results are wanted of the layer at
  // hand. Attended, gate, up and projected have rows for these tokens only.
  int64_t active_ = 0;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_FORWARD_PASS_H_
