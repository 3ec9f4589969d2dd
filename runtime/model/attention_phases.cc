#include "runtime/model/attention_phases.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/checked_math.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/ops/matmul.h"

namespace tessera {
namespace {

// `x` without its first `count` tokens, which are whole groups of the panel.
Activations WithoutFirst(Activations x, int64_t count) {
  const int64_t blocks = count * CeilDiv(x.columns, kActivationBlock);
  x.tokens -= count;
  x.f32 += count * x.f32_stride;
  x.q += blocks * kActivationBlock;
  x.scale += blocks;
  x.sum16 += 2 * blocks;
  if (x.bf16 != nullptr) {
    x.bf16 += blocks * kActivationBlock;
    x.bf16_rest += blocks * kActivationBlock;
  }
  return x;
}

}  // namespace

AttentionPhases::AttentionPhases(const DecoderParts& parts, const Batch& batch,
                                 ThreadTeam::Member& member)
    : parts_(parts), batch_(batch), member_(member) {}

// A panel can be entered between groups only.
int64_t AttentionPhases::FirstQuery(int64_t active) const {
  return (batch_.tokens() - active) / kPanelTokens * kPanelTokens;
}

PanelForms AttentionPhases::InputForms(int64_t layer, int64_t active) const {
  const LayerWeights& w = parts_.weights.layers[layer];
  const PanelForms queries =
      FormsFor({&w.attn_q}, batch_.tokens() - FirstQuery(active));
  PanelForms forms = FormsFor({&w.attn_k, &w.attn_v}, batch_.tokens());
  forms.int8 |= queries.int8;
  forms.bf16 |= queries.bf16;
  return forms;
}

void AttentionPhases::ProjectHeads(int64_t layer, int64_t active) {
  const LayerWeights& w = parts_.weights.layers[layer];
  // The unit of work is whole heads in whole tiles, so that the thread that
  // computed a head can turn and store it without waiting for the others.
  const int64_t unit = std::lcm<int64_t>(parts_.config.head_dim, kTileRows);
  const int64_t query_rows = active > 0 ? w.attn_q.rows() : 0;
  const int64_t kv_rows = w.attn_k.rows();
  const int64_t query_units = CeilDiv(query_rows, unit);
  const int64_t kv_units = CeilDiv(kv_rows, unit);
  const int64_t units = query_units + 2 * kv_units;
  const int64_t first_query = FirstQuery(active);
  parts_.team.Phase(
      member_, units, batch_.tokens() == 1 ? 1 : parts_.team.PieceOf(units, 4),
      [&](int64_t first, int64_t last) {
        // Calls project(first_row, last_row) for the piece's share of a matrix
        // of `rows` rows, whose units begin at `begin`.
        const auto share = [&](int64_t begin, int64_t rows,
                               const auto& project) {
          const int64_t first_row = std::max(first - begin, int64_t{0}) * unit;
          const int64_t last_row = std::min((last - begin) * unit, rows);
          if (first_row < last_row) project(first_row, last_row);
        };
        share(0, query_rows, [&](int64_t from, int64_t to) {
          ProjectQueries(w.attn_q, first_query, from, to);
        });
        share(query_units, kv_rows, [&](int64_t from, int64_t to) {
          ProjectKeys(w.attn_k, layer, from, to);
        });
        share(query_units + kv_units, kv_rows, [&](int64_t from, int64_t to) {
          ProjectValues(w.attn_v, layer, from, to);
        });
      });
}

void AttentionPhases::ProjectQueries(const Matrix& matrix, int64_t first_token,
                                     int64_t first_row, int64_t last_row) {
  float* query = parts_.buffers.query;
  ProjectRows(matrix, first_token, first_row, last_row, query);
  TurnHeads(query, parts_.config.query_size(), first_token, first_row,
            last_row);
}

void AttentionPhases::ProjectKeys(const Matrix& matrix, int64_t layer,
                                  int64_t first_row, int64_t last_row) {
  const LlamaConfig& config = parts_.config;
  float* keys = parts_.buffers.key;
  ProjectRows(matrix, 0, first_row, last_row, keys);
  TurnHeads(keys, config.kv_size(), 0, first_row, last_row);
  for (int64_t row = first_row; row < last_row; row += config.head_dim) {
    for (int64_t t = 0; t < batch_.tokens(); ++t) {
      parts_.cache.StoreKey(parts_.kernels, layer, row / config.head_dim,
                            batch_.first_position + t,
                            keys + t * config.kv_size() + row);
    }
  }
}

void AttentionPhases::ProjectValues(const Matrix& matrix, int64_t layer,
                                    int64_t first_row, int64_t last_row) {
  const LlamaConfig& config = parts_.config;
  float* values = parts_.buffers.value;
  ProjectRows(matrix, 0, first_row, last_row, values);
  for (int64_t row = first_row; row < last_row; row += config.head_dim) {
    for (int64_t t = 0; t < batch_.tokens(); ++t) {
      parts_.cache.StoreValue(parts_.kernels, layer, row / config.head_dim,
                              batch_.first_position + t,
                              values + t * config.kv_size() + row);
    }
  }
}

void AttentionPhases::ProjectRows(const Matrix& matrix, int64_t first_token,
                                  int64_t first_row, int64_t last_row,
                                  float* out) {
  const DecoderBuffers& buffers = parts_.buffers;
  const Activations x = WithoutFirst(
      buffers.Input(buffers.normed, matrix.columns(), batch_.tokens()),
      first_token);
  MatmulTiles(matrix, x, first_row / kTileRows, CeilDiv(last_row, kTileRows),
              out + first_token * matrix.rows(), matrix.rows(),
              buffers.ThreadScratch(member_.thread));
}

void AttentionPhases::TurnHeads(float* rows, int64_t stride,
                                int64_t first_token, int64_t first_row,
                                int64_t last_row) {
  const DecoderBuffers& buffers = parts_.buffers;
  const int64_t pairs = parts_.rope.pairs();
  for (int64_t t = first_token; t < batch_.tokens(); ++t) {
    for (int64_t row = first_row; row < last_row;
         row += parts_.config.head_dim) {
      parts_.kernels.rope(rows + t * stride + row, buffers.cosines + t * pairs,
                          buffers.sines + t * pairs, pairs);
    }
  }
}

void AttentionPhases::Attend(int64_t layer, int64_t active) {
  const AttentionUnits units(parts_.config, active, parts_.team.size());
  parts_.team.Phase(member_, units.count(),
                    parts_.team.PieceOf(units.count()),
                    [&](int64_t first, int64_t last) {
                      for (int64_t i = first; i < last; ++i) {
                        AttendUnit(layer, active, units[i]);
                      }
                    });
}

void AttentionPhases::AttendUnit(int64_t layer, int64_t active,
                                 const AttentionUnit& unit) {
  const LlamaConfig& config = parts_.config;
  const int64_t token = batch_.tokens() - active + unit.first_token;
  const int64_t column = unit.first_head * config.head_dim;
  AttentionArgs args;
  args.token_stride = config.query_size();
  args.query = parts_.buffers.query + token * args.token_stride + column;
  args.keys = parts_.cache.Keys(layer, unit.kv_head);
  args.values = parts_.cache.Values(layer, unit.kv_head);
  args.tokens = unit.last_token - unit.first_token;
  args.heads = unit.last_head - unit.first_head;
  args.length = batch_.first_position + token + 1;
  args.head_dim = config.head_dim;
  args.scale = 1.0f / std::sqrt(static_cast<float>(config.head_dim));
  args.out = parts_.buffers.attended +
             unit.first_token * args.token_stride + column;
  if (parts_.exact) {
    parts_.kernels.attention_f32(args);
  } else {
    parts_.kernels.attention_f16(args);
  }
}

}  // namespace tessera
