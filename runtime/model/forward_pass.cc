#include "runtime/model/forward_pass.h"

#include <algorithm>

#include "runtime/kernels/kernel_args.h"
#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

ForwardPass::ForwardPass(const Model& model, const PassBuffers& buffers,
                         const Batch& batch, ThreadTeam& team,
                         WeightStream* stream, ThreadTeam::Member member)
    : model_(model),
      pass_{model.parameters(),
            model.rope(),
            model.kernels(),
            buffers,
            model.kv_layout(),
            batch,
            team,
            stream,
            member} {}

void ForwardPass::Run() {
  EmbedTokens();
  const int64_t tokens = pass_.batch.tokens();
  const Contribution* added = nullptr;  // of the layer before
  pass_.active = tokens;
  for (const ModelLayer& layer : model_.layers()) {
    // Keys and values of all tokens are for the tokens to come; what else the
    // last layer computes is for logits alone.
    if (&layer == &model_.layers().back()) {
      pass_.active = pass_.batch.logit_tokens;
    }
    pass_.Normalize(added, layer.mixer_norm, tokens,
                    layer.mixer->InputForms(pass_));
    layer.mixer->Run(pass_);
    if (pass_.active == 0) return;
    const PanelForms forms = layer.feed_forward->InputForms(pass_);
    if (pass_.parameters.parallel_residual) {
      pass_.NormalizeFirst(layer.mixed, layer.feed_forward_norm, pass_.active,
                           forms);
    } else {
      pass_.Normalize(&layer.mixed, layer.feed_forward_norm, pass_.active,
                      forms);
    }
    layer.feed_forward->Run(pass_);
    added = &layer.fed;
  }
  if (pass_.batch.hidden != nullptr) {
    MakeHidden();
  } else {
    MakeLogits();
  }
}

void ForwardPass::EmbedTokens() {
  pass_.team.Phase(pass_.member, pass_.batch.tokens(), 1,
                   [&](int64_t first, int64_t last) {
                     for (int64_t t = first; t < last; ++t) {
                       EmbedToken(t);
                       FindAngles(t);
                     }
                   });
}

void ForwardPass::EmbedToken(int64_t token) {
  const int64_t width = pass_.parameters.hidden_size;
  float* row = pass_.buffers.residual + token * width;
  DequantizeRow(model_.weights().embedding(), pass_.batch.ids[token],
                pass_.scratch(), row);
  if (pass_.parameters.embedding_scale != 1) {
    pass_.kernels.scale(row, pass_.parameters.embedding_scale, width);
  }
  const Matrix* positions = model_.weights().position_embedding();
  if (positions == nullptr) return;
  float* position = pass_.buffers.normed + token * width;
  DequantizeRow(*positions, pass_.batch.positions[token], pass_.scratch(),
                position);
  pass_.kernels.add(row, position, width);
}

void ForwardPass::FindAngles(int64_t token) {
  const int64_t offset = token * pass_.rope.pairs();
  const int64_t position = pass_.batch.positions[token];
  const RopeAngles& global = pass_.buffers.global_angles;
  pass_.rope.Global(pass_.batch.MaxPositions(token))
      .Angles(position, global.cosines + offset, global.sines + offset);
  if (pass_.rope.local() == nullptr) return;
  const RopeAngles& local = pass_.buffers.local_angles;
  pass_.rope.local()->Angles(position, local.cosines + offset,
                             local.sines + offset);
}

void ForwardPass::MakeLogits() {
  const Matrix& output = model_.weights().output();
  pass_.Normalize(&model_.layers().back().fed, model_.output_norm(),
                  pass_.active, FormsFor({&output}, pass_.active));
  const Activations x = pass_.buffers.panel.Input(
      {pass_.active, output.columns(), pass_.buffers.normed}, output);
  pass_.Announce(output);
  pass_.team.Phase(pass_.member, output.tiles(),
                   MatmulPiece(output, x.tokens, pass_.team),
                   [&](int64_t first, int64_t last) {
                     MatmulTiles(output, x, first, last, pass_.batch.logits,
                                 output.rows(), pass_.scratch());
                     FinishLogits(first * kTileRows, last * kTileRows);
                   });
}

void ForwardPass::MakeHidden() {
  pass_.Normalize(&model_.layers().back().fed, model_.output_norm(),
                  pass_.active, PanelForms());
  const int64_t width = pass_.parameters.hidden_size;
  pass_.team.Phase(
      pass_.member, pass_.active, 1, [&](int64_t first, int64_t last) {
        std::copy_n(pass_.buffers.normed + first * width,
                    (last - first) * width, pass_.batch.hidden + first * width);
      });
}

void ForwardPass::FinishLogits(int64_t first_row, int64_t last_row) {
  const HyperParameters& parameters = pass_.parameters;
  if (parameters.logit_scale == 1 && parameters.logit_cap == 0) return;
  const int64_t rows = model_.weights().output().rows();
  const int64_t count = std::min(last_row, rows) - first_row;
  for (int64_t t = 0; t < pass_.active; ++t) {
    float* logits = pass_.batch.logits + t * rows + first_row;
    if (parameters.logit_scale != 1) {
      pass_.kernels.scale(logits, parameters.logit_scale, count);
    }
    if (parameters.logit_cap != 0) {
      pass_.kernels.soft_cap(logits, parameters.logit_cap, count);
    }
  }
}

}  // namespace tessera
