#include "runtime/model/forward_pass.h"

#include <algorithm>

#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {

ForwardPass::ForwardPass(const DecoderParts& parts, const Batch& batch,
                         ThreadTeam::Member member)
    : config_(parts.config),
      weights_(parts.weights),
      rope_(parts.rope),
      kernels_(parts.kernels),
      buffers_(parts.buffers),
      team_(parts.team),
      stream_(parts.stream),
      batch_(batch),
      member_(member),
      attention_(parts, batch_, member_) {}

void ForwardPass::Run() {
  EmbedTokens();
  active_ = batch_.tokens();
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    // Keys and values of all tokens are for the tokens to come; what else the
    // last layer computes is for logits alone.
    if (layer + 1 == config_.layers) active_ = batch_.logit_tokens;
    ProjectHeads(layer);
    if (active_ == 0) return;
    Attention(layer);
    FeedForward(weights_.layers[layer]);
  }
  Logits();
}

void ForwardPass::ProjectHeads(int64_t layer) {
  const LayerWeights& w = weights_.layers[layer];
  // What the layer before computed is added here, in the same pass over the
  // stream.
  Normalize(layer == 0 ? nullptr : buffers_.projected, w.attn_norm,
            batch_.tokens(), attention_.InputForms(layer, active_));
  Announce(w.attn_q);
  attention_.ProjectHeads(layer, active_);
}

void ForwardPass::Attention(int64_t layer) {
  const Matrix& output = weights_.layers[layer].attn_output;
  attention_.Attend(layer, active_);
  Quantize(buffers_.attended, config_.query_size(), output);
  Project(output, buffers_.attended);
}

void ForwardPass::FeedForward(const LayerWeights& w) {
  Normalize(buffers_.projected, w.ffn_norm, active_,
            FormsFor({&w.ffn_gate, &w.ffn_up}, active_));
  GateAndUp(w);
  Quantize(buffers_.gate, config_.intermediate_size, w.ffn_down);
  Project(w.ffn_down, buffers_.gate);
}

void ForwardPass::Logits() {
  const Matrix& output = weights_.output;
  Normalize(buffers_.projected, weights_.output_norm, active_,
            FormsFor({&output}, active_));
  const Activations x =
      buffers_.Input(buffers_.normed, config_.hidden_size, active_);
  Announce(output);
  team_.Phase(member_, output.tiles(), MatmulPiece(output, x.tokens, team_),
              [&](int64_t first, int64_t last) {
                MatmulTiles(output, x, first, last, batch_.logits,
                            config_.vocab_size, scratch());
              });
}

void ForwardPass::EmbedTokens() {
  const int64_t pairs = rope_.pairs();
  team_.Phase(
      member_, batch_.tokens(), 1, [&](int64_t first, int64_t last) {
        for (int64_t t = first; t < last; ++t) {
          DequantizeRow(weights_.token_embd, batch_.ids[t], scratch(),
                        buffers_.residual + t * config_.hidden_size);
          rope_.Angles(batch_.first_position + t, buffers_.cosines + t * pairs,
                       buffers_.sines + t * pairs);
        }
      });
}

void ForwardPass::Normalize(const float* addend, absl::Span<const float> norm,
                            int64_t count, PanelForms forms) {
  const int64_t width = config_.hidden_size;
  const int64_t skipped = batch_.tokens() - count;
  team_.Phase(member_, count, 1, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      float* residual = buffers_.residual + (skipped + t) * width;
      if (addend != nullptr) {
        kernels_.add(residual, addend + t * width, width);
      }
      kernels_.rms_norm(residual, norm.data(), config_.rms_norm_eps, width,
                        buffers_.normed + t * width);
    }
    FillPanel(kernels_, {count, width, buffers_.normed}, first, last, forms,
              buffers_.panel);
  });
}

void ForwardPass::Quantize(const float* rows, int64_t columns,
                           const Matrix& matrix) {
  const PanelForms forms = FormsFor({&matrix}, active_);
  if (!forms.any()) return;
  team_.Phase(member_, active_, 1, [&](int64_t first, int64_t last) {
    FillPanel(kernels_, {active_, columns, rows}, first, last, forms,
              buffers_.panel);
  });
}

void ForwardPass::GateAndUp(const LayerWeights& w) {
  const int64_t width = config_.intermediate_size;
  const Activations x =
      buffers_.Input(buffers_.normed, config_.hidden_size, active_);
  const int64_t tiles = w.ffn_gate.tiles();
  // Fused gate and up alternate by row tile: one token reads them in one stream;
  // several tokens, and matrices whose tiles are spread, are computed faster with
  // more tiles of one matrix at a time.
  const bool alternate =
      x.tokens == 1 && w.ffn_gate.view.layout.has_whole_row_tiles();
  const int64_t step = alternate ? 1 : tiles;
  Announce(w.ffn_gate);
  team_.Phase(
      member_, tiles, MatmulPiece(w.ffn_gate, x.tokens, team_),
      [&](int64_t begin, int64_t end) {
        for (int64_t first = begin; first < end; first += step) {
          const int64_t last = std::min(first + step, end);
          MatmulTiles(w.ffn_gate, x, first, last, buffers_.gate, width,
                      scratch());
          MatmulTiles(w.ffn_up, x, first, last, buffers_.up, width, scratch());
        }
        const int64_t row = begin * kTileRows;
        const int64_t rows = std::min(end * kTileRows, width) - row;
        for (int64_t t = 0; t < active_; ++t) {
          kernels_.silu_multiply(buffers_.gate + t * width + row,
                                 buffers_.up + t * width + row, rows);
        }
      });
}

void ForwardPass::Project(const Matrix& matrix, const float* rows) {
  const Activations x = buffers_.Input(rows, matrix.columns(), active_);
  Announce(matrix);
  team_.Phase(member_, matrix.tiles(), MatmulPiece(matrix, x.tokens, team_),
              [&](int64_t first, int64_t last) {
                MatmulTiles(matrix, x, first, last, buffers_.projected,
                            config_.hidden_size, scratch());
              });
}

void ForwardPass::Announce(const Matrix& matrix) const {
  if (stream_ != nullptr && member_.thread == 0) {
    stream_->Reading(matrix.view.data);
  }
}

uint8_t* ForwardPass::scratch() const {
  return buffers_.ThreadScratch(member_.thread);
}

}  // namespace tessera
