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
#include "runtime/model/pass_buffers.h"
#include "runtime/model/rope_table.h"
#include "runtime/ops/matrix.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/thread_team.h"

namespace tessera {

// What a mixer or a feed-forward works with, and the steps that they share.
// Every thread of the team takes the same steps, and its share of each. What is
// referred to must outlive the pass.
struct LayerPass {
  const HyperParameters& parameters;
  const RopeTable& rope;
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

  // residual += `addend` (if not null), then normed = RMSNorm(residual), for
  // the last `tokens` tokens of the batch, and `forms` of that in the panel.
  // `addend` and normed have rows for these tokens only.
  void Normalize(const float* addend, absl::Span<const float> norm,
                 int64_t tokens, PanelForms forms);

  // Fills the panel from the active tokens' rows of `columns` floats, if
  // `matrix` reads it.
  void FillPanel(const float* rows, int64_t columns, const Matrix& matrix);

  // projected = matrix * rows, for the active tokens.
  void Project(const Matrix& matrix, const float* rows);

  // Says that `matrix` is read next; every thread may call it.
  void Announce(const Matrix& matrix) const;

  uint8_t* scratch() const { return buffers.ThreadScratch(member.thread); }
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_LAYER_PASS_H_
