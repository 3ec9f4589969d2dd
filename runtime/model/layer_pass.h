// One thread's walk through the layers with one batch.
#ifndef RUNTIME_MODEL_LAYER_PASS_H_
#define RUNTIME_MODEL_LAYER_PASS_H_

#include <cstdint>

#include "absl/types/span.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/weight_stream.h"
#include "runtime/model/batch.h"
#include "runtime/model/hyper_parameters.h"
#include "runtime/model/kv_pool.h"
#include "runtime/model/norm.h"
#include "runtime/model/pass_buffers.h"
#include "runtime/model/rope_table.h"
#include "runtime/ops/matrix.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// What becomes of what a block left in buffers.projected before it is added to
// the stream.
struct Contribution {
  absl::Span<const float> bias;  // added to it; empty: none
  Norm norm;                     // then applied
};

// What a mixer or a feed-forward works with, and the steps that they share.
// Every thread of the team takes the same steps, and its share of each. What is
// referred to must outlive the pass.
struct LayerPass {
  const HyperParameters& parameters;
  const ModelRope& rope;
  const KernelTable& kernels;
  const PassBuffers& buffers;
  const KvBlockLayout kv;
  const Batch& batch;
  ThreadTeam& team;
  WeightStream* stream;  // null: all weights are in memory
  ThreadTeam::Member member;

  // The last tokens of the batch, whose results are wanted of the layer at
  // hand. Attended, gate, up and projected have rows for these tokens only;
  // normed has, when a feed-forward reads it.
  int64_t active = 0;

  // residual += what was projected (if `added` is not null), then normed =
  // norm(residual), for the last `tokens` tokens of the batch, and `forms` of
  // that in the panel. Projected and normed have rows for these tokens only.
  void Normalize(const Contribution* added, const Norm& norm, int64_t tokens,
                 PanelForms forms);

  // The same, but normed is of the residual before.
  void NormalizeFirst(const Contribution& added, const Norm& norm,
                      int64_t tokens, PanelForms forms);

  // Fills the panel from the active tokens' rows of `columns` floats, if
  // `matrix` reads it.
  void FillPanel(const float* rows, int64_t columns, const Matrix& matrix);

  // projected = matrix * rows, for the active tokens.
  void Project(const Matrix& matrix, const float* rows);

  // Says that `matrix` is read next; every thread may call it.
  void Announce(const Matrix& matrix) const;

  uint8_t* scratch() const { return buffers.ThreadScratch(member.thread); }

 private:
  void Add(const Contribution& added, int64_t token, float* residual);
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_LAYER_PASS_H_
