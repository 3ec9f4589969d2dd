#include "runtime/model/pass_buffers.h"

#include <algorithm>

#include "base/checked_math.h"

namespace tessera {

PassBuffers PassBuffers::Allocate(Workspace& workspace,
                                  const HyperParameters& parameters,
                                  const Shape& shape) {
  PassBuffers buffers;
  const auto rows = [&](int64_t columns) {
    return workspace.Allocate<float>(shape.tokens * columns);
  };
  buffers.residual = rows(parameters.hidden_size);
  buffers.normed = rows(parameters.hidden_size);
  const int64_t key_value_size = 2 * parameters.kv_size();
  buffers.query =
      rows(parameters.query_size() + (shape.fused_qkv ? key_value_size : 0));
  buffers.key = rows(parameters.kv_size());
  buffers.value = rows(parameters.kv_size());
  buffers.attended = rows(parameters.query_size());
  buffers.gate = rows(parameters.intermediate_size);
  buffers.up =
      rows(parameters.intermediate_size * (shape.fused_gate_up ? 2 : 1));
  buffers.projected = rows(parameters.hidden_size);
  const int64_t pairs = parameters.rope.dim / 2;
  buffers.global_angles = {rows(pairs), rows(pairs)};
  const int64_t local_pairs = parameters.local_rope.has_value() ? pairs : 0;
  buffers.local_angles = {rows(local_pairs), rows(local_pairs)};
  buffers.results = workspace.Allocate<float>(
      shape.logit_rows * std::max(shape.output_rows, parameters.hidden_size));

  const int64_t widest =
      std::max({parameters.hidden_size, parameters.query_size(),
                parameters.intermediate_size});
  const PanelForms forms = {.int8 = true, .bf16 = shape.bf16};
  buffers.panel =
      Panel::Allocate(workspace, Panel::SizeFor(shape.tokens, widest, forms));

  buffers.scratch_stride = RoundUp(shape.scratch_bytes, 64);
  buffers.scratch =
      workspace.Allocate<uint8_t>(shape.threads * buffers.scratch_stride);
  buffers.ids = workspace.Allocate<int32_t>(shape.tokens);
  buffers.positions = workspace.Allocate<int64_t>(shape.tokens);
  buffers.runs = workspace.Allocate<TokenRun>(shape.tokens);
  return buffers;
}

uint8_t* PassBuffers::ThreadScratch(int thread) const {
  return scratch + thread * scratch_stride;
}

}  // namespace tessera
