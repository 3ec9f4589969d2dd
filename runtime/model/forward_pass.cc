#include "runtime/model/forward_pass.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tessera {

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
  team_.Phase(member_, output.tiles(), team_.PieceOf(output.tiles()),
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
  const int64_t head_dim = config_.head_dim;
  // The unit of work is whole heads in whole tiles, so that the thread that
  // computed a head can turn and store it without waiting for the others.
  const int64_t unit_rows = std::lcm<int64_t>(head_dim, kTileRows);
  struct Part {
    const Matrix& matrix;
    float* out;
    int64_t units;
  };
  const auto units = [unit_rows](const Matrix& matrix) {
    return (matrix.rows() + unit_rows - 1) / unit_rows;
  };
  const Part parts[] = {{w.attn_q, buffers_.query, units(w.attn_q)},
                        {w.attn_k, buffers_.key, units(w.attn_k)},
                        {w.attn_v, buffers_.value, units(w.attn_v)}};
  const int64_t total = parts[0].units + parts[1].units + parts[2].units;
  team_.Phase(
      member_, total, team_.PieceOf(total), [&](int64_t first, int64_t last) {
        for (const Part& part : parts) {
          const int64_t begin = std::max<int64_t>(first, 0);
          const int64_t end = std::min(last, part.units);
          first -= part.units;
          last -= part.units;
          if (begin >= end) continue;
          const int64_t rows = part.matrix.rows();
          const int64_t first_head = begin * unit_rows / head_dim;
          const int64_t last_head =
              std::min(end * unit_rows, rows) / head_dim;
          ProjectRows(part.matrix, begin * unit_rows / kTileRows,
                      std::min(end * unit_rows / kTileRows,
                               part.matrix.tiles()),
                      part.out, rows);
          if (part.out != buffers_.value) {
            TurnHeads(part.out, rows, first_head, last_head);
          }
          if (part.out != buffers_.query) {
            StoreKeysAndValues(layer, part.out == buffers_.key, first_head,
                               last_head);
          }
        }
      });
}

void ForwardPass::ProjectRows(const Matrix& matrix, int64_t first_tile,
                              int64_t last_tile, float* out,
                              int64_t out_stride) {
  const Activations x =
      Input(buffers_.normed, config_.hidden_size, tokens());
  MatmulTiles(matrix, x, first_tile, last_tile, out, out_stride, scratch());
}

void ForwardPass::TurnHeads(float* rows, int64_t stride, int64_t first_head,
                            int64_t last_head) {
  const int64_t pairs = rope_.pairs();
  for (int64_t t = 0; t < tokens(); ++t) {
    for (int64_t head = first_head; head < last_head; ++head) {
      kernels_.rope(rows + t * stride + head * config_.head_dim,
                    buffers_.cosines + t * pairs, buffers_.sines + t * pairs,
                    pairs);
    }
  }
}

void ForwardPass::StoreKeysAndValues(int64_t layer, bool keys,
                                     int64_t first_head, int64_t last_head) {
  const float* rows = keys ? buffers_.key : buffers_.value;
  for (int64_t head = first_head; head < last_head; ++head) {
    for (int64_t t = 0; t < tokens(); ++t) {
      const float* row =
          rows + t * config_.kv_size() + head * config_.head_dim;
      const int64_t position = batch_.first_position + t;
      if (keys) {
        cache_.StoreKey(kernels_, layer, head, position, row);
      } else {
        cache_.StoreValue(kernels_, layer, head, position, row);
      }
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
  // Fused gate and up alternate by tile: one token reads them in one stream;
  // several tokens are computed faster with more tiles of one matrix at a time.
  const int64_t step = tokens() == 1 ? 1 : tiles;
  team_.Phase(
      member_, tiles, team_.PieceOf(tiles), [&](int64_t begin, int64_t end) {
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
  team_.Phase(member_, matrix.tiles(), team_.PieceOf(matrix.tiles()),
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

uint8_t* ForwardPass::scratch() const {
  return buffers_.scratch + member_.thread * buffers_.scratch_stride;
}

}  // namespace tessera
