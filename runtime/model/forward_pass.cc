#include "runtime/model/forward_pass.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/checked_math.h"

namespace tessera {
namespace {

// Row tiles that a thread takes of a matrix that one token goes through column
// by column: fewer make streams that end before memory gets going.
constexpr int64_t kColumnTiles = 64;

}  // namespace

ForwardPass::ForwardPass(const DecoderParts& parts, const Batch& batch,
                         ThreadTeam::Member member)
    : config_(parts.config),
      weights_(parts.weights),
      rope_(parts.rope),
      kernels_(parts.kernels),
      buffers_(parts.buffers),
      cache_(parts.cache),
      team_(parts.team),
      exact_(parts.exact),
      batch_(batch),
      member_(member) {}

void ForwardPass::Run() {
  EmbedTokens();
  for (int64_t layer = 0; layer < config_.layers; ++layer) {
    Attention(layer);
    FeedForward(weights_.layers[layer]);
  }
  if (batch_.logit_tokens > 0) Logits();
}

void ForwardPass::Attention(int64_t layer) {
  const LayerWeights& w = weights_.layers[layer];
  const bool quantize = w.attn_q.reads_quantized() ||
                        w.attn_k.reads_quantized() ||
                        w.attn_v.reads_quantized();
  // What the layer before computed is added here, in the same pass over the
  // stream.
  Normalize(layer == 0 ? nullptr : buffers_.projected, w.attn_norm, tokens(),
            quantize);
  ProjectHeads(layer);
  Attend(layer);
  Quantize(buffers_.attended, config_.query_size(), w.attn_output);
  Project(w.attn_output, buffers_.attended);
}

void ForwardPass::FeedForward(const LayerWeights& w) {
  const bool quantize =
      w.ffn_gate.reads_quantized() || w.ffn_up.reads_quantized();
  Normalize(buffers_.projected, w.ffn_norm, tokens(), quantize);
  GateAndUp(w);
  Quantize(buffers_.gate, config_.intermediate_size, w.ffn_down);
  Project(w.ffn_down, buffers_.gate);
}

void ForwardPass::Logits() {
  const Matrix& output = weights_.output;
  Normalize(buffers_.projected, weights_.output_norm, batch_.logit_tokens,
            output.reads_quantized());
  const Activations x =
      Input(buffers_.normed, config_.hidden_size, batch_.logit_tokens);
  team_.Phase(member_, output.tiles(), PieceOf(output, x.tokens),
              [&](int64_t first, int64_t last) {
                MatmulTiles(output, x, first, last, batch_.logits,
                            config_.vocab_size, scratch());
              });
}

void ForwardPass::EmbedTokens() {
  const int64_t pairs = rope_.pairs();
  team_.Phase(
      member_, tokens(), 1, [&](int64_t first, int64_t last) {
        for (int64_t t = first; t < last; ++t) {
          DequantizeRow(weights_.token_embd, batch_.ids[t], scratch(),
                        buffers_.residual + t * config_.hidden_size);
          rope_.Angles(batch_.first_position + t, buffers_.cosines + t * pairs,
                       buffers_.sines + t * pairs);
        }
      });
}

void ForwardPass::Normalize(const float* addend, absl::Span<const float> norm,
                            int64_t count, bool quantize) {
  const int64_t width = config_.hidden_size;
  const int64_t skipped = tokens() - count;
  team_.Phase(member_, count, 1, [&](int64_t first, int64_t last) {
    for (int64_t t = first; t < last; ++t) {
      float* residual = buffers_.residual + (skipped + t) * width;
      if (addend != nullptr) {
        kernels_.add(residual, addend + (skipped + t) * width, width);
      }
      kernels_.rms_norm(residual, norm.data(), config_.rms_norm_eps, width,
                        buffers_.normed + t * width);
    }
    if (quantize) {
      kernels_.quantize_activations(
          {count, width, first, last, buffers_.normed, width, buffers_.panel,
           buffers_.panel_scale, buffers_.panel_sum16});
    }
  });
}

void ForwardPass::Quantize(const float* rows, int64_t columns,
                           const Matrix& matrix) {
  if (!matrix.reads_quantized()) return;
  team_.Phase(member_, tokens(), 1, [&](int64_t first, int64_t last) {
    kernels_.quantize_activations({tokens(), columns, first, last, rows,
                                   columns, buffers_.panel,
                                   buffers_.panel_scale,
                                   buffers_.panel_sum16});
  });
}

void ForwardPass::ProjectHeads(int64_t layer) {
  const LayerWeights& w = weights_.layers[layer];
  // The unit of work is whole heads in whole tiles, so that the thread that
  // computed a head can turn and store it without waiting for the others.
  const int64_t unit = std::lcm<int64_t>(config_.head_dim, kTileRows);
  const int64_t query_rows = w.attn_q.rows();
  const int64_t kv_rows = w.attn_k.rows();
  const int64_t query_units = CeilDiv(query_rows, unit);
  const int64_t kv_units = CeilDiv(kv_rows, unit);
  const int64_t units = query_units + 2 * kv_units;
  team_.Phase(
      member_, units, team_.PieceOf(units), [&](int64_t first, int64_t last) {
        // Calls project(first_row, last_row) for the piece's share of a matrix
        // of `rows` rows, whose units begin at `begin`.
        const auto share = [&](int64_t begin, int64_t rows,
                               const auto& project) {
          const int64_t first_row = std::max(first - begin, int64_t{0}) * unit;
          const int64_t last_row = std::min((last - begin) * unit, rows);
          if (first_row < last_row) project(first_row, last_row);
        };
        share(0, query_rows, [&](int64_t from, int64_t to) {
          ProjectQueries(w.attn_q, from, to);
        });
        share(query_units, kv_rows, [&](int64_t from, int64_t to) {
          ProjectKeys(w.attn_k, layer, from, to);
        });
        share(query_units + kv_units, kv_rows, [&](int64_t from, int64_t to) {
          ProjectValues(w.attn_v, layer, from, to);
        });
      });
}

void ForwardPass::ProjectQueries(const Matrix& matrix, int64_t first_row,
                                 int64_t last_row) {
  ProjectRows(matrix, first_row, last_row, buffers_.query);
  TurnHeads(buffers_.query, config_.query_size(), first_row, last_row);
}

void ForwardPass::ProjectKeys(const Matrix& matrix, int64_t layer,
                              int64_t first_row, int64_t last_row) {
  ProjectRows(matrix, first_row, last_row, buffers_.key);
  TurnHeads(buffers_.key, config_.kv_size(), first_row, last_row);
  for (int64_t row = first_row; row < last_row; row += config_.head_dim) {
    for (int64_t t = 0; t < tokens(); ++t) {
      cache_.StoreKey(kernels_, layer, row / config_.head_dim,
                      batch_.first_position + t,
                      buffers_.key + t * config_.kv_size() + row);
    }
  }
}

void ForwardPass::ProjectValues(const Matrix& matrix, int64_t layer,
                                int64_t first_row, int64_t last_row) {
  ProjectRows(matrix, first_row, last_row, buffers_.value);
  for (int64_t row = first_row; row < last_row; row += config_.head_dim) {
    for (int64_t t = 0; t < tokens(); ++t) {
      cache_.StoreValue(kernels_, layer, row / config_.head_dim,
                        batch_.first_position + t,
                        buffers_.value + t * config_.kv_size() + row);
    }
  }
}

void ForwardPass::ProjectRows(const Matrix& matrix, int64_t first_row,
                              int64_t last_row, float* out) {
  const Activations x =
      Input(buffers_.normed, config_.hidden_size, tokens());
  MatmulTiles(matrix, x, first_row / kTileRows, CeilDiv(last_row, kTileRows),
              out, matrix.rows(), scratch());
}

void ForwardPass::TurnHeads(float* rows, int64_t stride, int64_t first_row,
                            int64_t last_row) {
  const int64_t pairs = rope_.pairs();
  for (int64_t t = 0; t < tokens(); ++t) {
    for (int64_t row = first_row; row < last_row; row += config_.head_dim) {
      kernels_.rope(rows + t * stride + row, buffers_.cosines + t * pairs,
                    buffers_.sines + t * pairs, pairs);
    }
  }
}

void ForwardPass::Attend(int64_t layer) {
  // Head by head, so that its keys and values stay in the cache over tokens.
  const int64_t count = config_.heads * tokens();
  team_.Phase(member_, count, team_.PieceOf(count),
              [&](int64_t first, int64_t last) {
                for (int64_t i = first; i < last; ++i) {
                  AttendHead(layer, i / tokens(), i % tokens());
                }
              });
}

void ForwardPass::AttendHead(int64_t layer, int64_t head, int64_t token) {
  const int64_t heads_per_kv_head = config_.heads / config_.kv_heads;
  const int64_t kv_head = head / heads_per_kv_head;
  const int64_t offset =
      token * config_.query_size() + head * config_.head_dim;
  AttentionArgs args;
  args.query = buffers_.query + offset;
  args.keys = cache_.Keys(layer, kv_head);
  args.values = cache_.Values(layer, kv_head);
  args.kv_stride = config_.head_dim;
  args.length = batch_.first_position + token + 1;
  args.head_dim = config_.head_dim;
  args.scale = 1.0f / std::sqrt(static_cast<float>(config_.head_dim));
  args.out = buffers_.attended + offset;
  if (exact_) {
    kernels_.attention_f32(args);
  } else {
    kernels_.attention_f16(args);
  }
}

void ForwardPass::GateAndUp(const LayerWeights& w) {
  const int64_t width = config_.intermediate_size;
  const Activations x =
      Input(buffers_.normed, config_.hidden_size, tokens());
  const int64_t tiles = w.ffn_gate.tiles();
  // Fused gate and up alternate by row tile: one token reads them in one stream;
  // several tokens, and matrices whose tiles are spread, are computed faster with
  // more tiles of one matrix at a time.
  const bool alternate =
      tokens() == 1 && w.ffn_gate.view.layout.has_whole_row_tiles();
  const int64_t step = alternate ? 1 : tiles;
  team_.Phase(
      member_, tiles, PieceOf(w.ffn_gate, x.tokens),
      [&](int64_t begin, int64_t end) {
        for (int64_t first = begin; first < end; first += step) {
          const int64_t last = std::min(first + step, end);
          MatmulTiles(w.ffn_gate, x, first, last, buffers_.gate, width,
                      scratch());
          MatmulTiles(w.ffn_up, x, first, last, buffers_.up, width, scratch());
        }
        const int64_t row = begin * kTileRows;
        const int64_t rows = std::min(end * kTileRows, width) - row;
        for (int64_t t = 0; t < tokens(); ++t) {
          kernels_.silu_multiply(buffers_.gate + t * width + row,
                                 buffers_.up + t * width + row, rows);
        }
      });
}

void ForwardPass::Project(const Matrix& matrix, const float* rows) {
  const Activations x = Input(rows, matrix.columns(), tokens());
  team_.Phase(member_, matrix.tiles(), PieceOf(matrix, x.tokens),
              [&](int64_t first, int64_t last) {
                MatmulTiles(matrix, x, first, last, buffers_.projected,
                            config_.hidden_size, scratch());
              });
}

Activations ForwardPass::Input(const float* rows, int64_t columns,
                               int64_t count) const {
  return {count,          columns,
          rows,           columns,
          buffers_.panel, buffers_.panel_scale,
          buffers_.panel_sum16};
}

int64_t ForwardPass::PieceOf(const Matrix& matrix, int64_t count) const {
  const int64_t tiles = matrix.tiles();
  const int64_t piece = team_.PieceOf(tiles);
  const bool by_column =
      count == 1 && matrix.view.layout.order == LayoutOrder::kTransposed;
  if (!by_column) return piece;
  const int64_t share = (tiles + team_.size() - 1) / team_.size();
  return std::max(piece, std::min(share, kColumnTiles));
}

uint8_t* ForwardPass::scratch() const {
  return buffers_.scratch + member_.thread * buffers_.scratch_stride;
}

}  // namespace tessera
