// The graph of a model.
#ifndef RUNTIME_MODEL_FORWARD_PASS_H_
#define RUNTIME_MODEL_FORWARD_PASS_H_

#include <cstdint>

#include "runtime/loader/weight_stream.h"
#include "runtime/model/batch.h"
#include "runtime/model/layer_pass.h"
#include "runtime/model/model.h"
#include "runtime/model/pass_buffers.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// One thread's walk through all layers for one batch; every thread of the team
// makes the same walk and takes its share of each phase.
class ForwardPass {
 public:
  // What is referred to must outlive the object.
  ForwardPass(const Model& model, const PassBuffers& buffers,
              const Batch& batch, ThreadTeam& team, WeightStream* stream,
              ThreadTeam::Member member);
  ForwardPass(const ForwardPass&) = delete;
  ForwardPass& operator=(const ForwardPass&) = delete;

  // Writes the logits or hidden states, and what the sequences remember of the
  // batch.
  void Run();

 private:
  void EmbedTokens();
  void EmbedToken(int64_t token);
  void FindAngles(int64_t token);
  void MakeLogits();
  void MakeHidden();

  // Scales and caps the active tokens' logits [first_row, last_row).
  void FinishLogits(int64_t first_row, int64_t last_row);

  const Model& model_;
  LayerPass pass_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_FORWARD_PASS_H_
