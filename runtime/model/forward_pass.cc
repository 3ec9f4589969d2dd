#include "runtime/model/forward_pass.h"

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
  const float* projected = nullptr;  // what the layer before adds
  pass_.active = tokens;
  for (const ModelLayer& layer : model_.layers()) {
    // Keys and values of all tokens are for the tokens to come; what else the
    // last layer computes is for logits alone.
    if (&layer == &model_.layers().back()) {
      pass_.active = pass_.batch.logit_tokens;
    }
    pass_.Normalize(projected, layer.mixer_norm, tokens,
                    layer.mixer->InputForms(pass_));
    layer.mixer->Run(pass_);
    if (pass_.active == 0) return;
    projected = pass_.buffers.projected;
    pass_.Normalize(projected, layer.feed_forward_norm, pass_.active,
                    layer.feed_forward->InputForms(pass_));
    layer.feed_forward->Run(pass_);
  }
  MakeLogits();
}

void ForwardPass::EmbedTokens() {
  const int64_t pairs = pass_.rope.pairs();
  const PassBuffers& buffers = pass_.buffers;
  pass_.team.Phase(
      pass_.member, pass_.batch.tokens(), 1, [&](int64_t first, int64_t last) {
        for (int64_t t = first; t < last; ++t) {
          DequantizeRow(model_.weights().embedding(), pass_.batch.ids[t],
                        pass_.scratch(),
                        buffers.residual + t * pass_.parameters.hidden_size);
          pass_.rope.Angles(pass_.batch.positions[t],
                            buffers.cosines + t * pairs,
                            buffers.sines + t * pairs);
        }
      });
}

void ForwardPass::MakeLogits() {
  const Matrix& output = model_.weights().output();
  pass_.Normalize(pass_.buffers.projected, model_.output_norm(), pass_.active,
                  FormsFor({&output}, pass_.active));
  const Activations x = pass_.buffers.panel.Input(
      {pass_.active, output.columns(), pass_.buffers.normed}, output);
  pass_.Announce(output);
  pass_.team.Phase(pass_.member, output.tiles(),
                   MatmulPiece(output, x.tokens, pass_.team),
                   [&](int64_t first, int64_t last) {
                     MatmulTiles(output, x, first, last, pass_.batch.logits,
                                 pass_.parameters.vocab_size, pass_.scratch());
                   });
}

}  // namespace tessera
