#include "runtime/model/attention_block.h"

#include <algorithm>
#include <numeric>

#include "base/checked_math.h"
#include "runtime/kernels/kernel_args.h"
#include "runtime/ops/matmul.h"

namespace tessera {
namespace {

// Calls visit(run) for what the active tokens have of each run.
template <typename Visit>
void ForEachActiveRun(const LayerPass& pass, Visit visit) {
  const int64_t first_row = pass.batch.tokens() - pass.active;
  for (const TokenRun& run : pass.batch.runs) {
    const TokenRun active = run.From(first_row);
    if (active.count > 0) visit(active);
  }
}

AttentionUnits UnitsOf(const LayerPass& pass, const TokenRun& run) {
  return AttentionUnits(pass.parameters, run.count, pass.team.size());
}

// What rows [first_row, last_row) have of those from `begin` on, `count` rows,
// counted from there; none if it ends before it begins.
AttentionHeads::Part PartOf(int64_t first_row, int64_t last_row, int64_t begin,
                            int64_t count) {
  return {0, 0, std::max(first_row - begin, int64_t{0}),
          std::min(last_row - begin, count)};
}

}  // namespace

AttentionBlock::AttentionBlock(const HyperParameters& parameters,
                               const RoleWeights& weights, int64_t layer)
    : layer_(layer),
      head_dim_(parameters.head_dim),
      scale_(parameters.attention_scale),
      cap_(parameters.attention_cap),
      clip_(parameters.qkv_clip),
      window_(parameters.layer[layer].window),
      query_(weights, TensorRole::kAttentionQuery),
      key_(weights, TensorRole::kAttentionKey),
      value_(weights, TensorRole::kAttentionValue),
      fused_(weights, TensorRole::kAttentionQkv),
      output_(weights, TensorRole::kAttentionOutput),
      heads_(parameters, weights, layer, fused()) {}

bool AttentionBlock::Reads(TensorRole role, TensorPart part) const {
  switch (role) {
    case TensorRole::kAttentionQuery:
    case TensorRole::kAttentionKey:
    case TensorRole::kAttentionValue:
      return !fused();
    case TensorRole::kAttentionQkv:
      return fused();
    case TensorRole::kAttentionOutput:
      return true;
    case TensorRole::kAttentionQueryNorm:
    case TensorRole::kAttentionKeyNorm:
      return part == TensorPart::kWeight;
    default:
      return false;
  }
}

// A panel can be entered between groups only.
int64_t AttentionBlock::FirstQuery(const LayerPass& pass) const {
  return (pass.batch.tokens() - pass.active) / kPanelTokens * kPanelTokens;
}

PanelForms AttentionBlock::InputForms(const LayerPass& pass) const {
  const int64_t tokens = pass.batch.tokens();
  if (fused()) return FormsFor({fused_.matrix}, tokens);
  PanelForms forms = FormsFor({key_.matrix, value_.matrix}, tokens);
  forms.Add(FormsFor({query_.matrix}, tokens - FirstQuery(pass)));
  return forms;
}

void AttentionBlock::Run(LayerPass& pass) const {
  if (fused()) {
    ProjectFusedHeads(pass);
  } else {
    ProjectHeads(pass);
  }
  if (heads_.needs_whole_tokens()) FinishTokens(pass);
  if (pass.active == 0) return;
  Attend(pass);
  pass.FillPanel(pass.buffers.attended, output_.matrix->columns(),
                 *output_.matrix);
  pass.Project(*output_.matrix, pass.buffers.attended);
}

void AttentionBlock::ProjectHeads(LayerPass& pass) const {
  // The unit of work is whole heads in whole tiles, so that the thread that
  // computed a head can rotate and store it without waiting for the others.
  const int64_t unit = std::lcm<int64_t>(head_dim_, kTileRows);
  const int64_t query_rows = pass.active > 0 ? query_.rows() : 0;
  const int64_t kv_rows = key_.rows();
  const int64_t query_units = CeilDiv(query_rows, unit);
  const int64_t kv_units = CeilDiv(kv_rows, unit);
  const int64_t units = query_units + 2 * kv_units;
  const int64_t tokens = pass.batch.tokens();
  const bool finish = !heads_.needs_whole_tokens();
  pass.Announce(*query_.matrix);
  pass.team.Phase(
      pass.member, units, tokens == 1 ? 1 : pass.team.PieceOf(units, 4),
      [&](int64_t first, int64_t last) {
        // The piece's share of a matrix of `rows` rows, whose units begin at
        // `begin`.
        const auto share = [&](int64_t begin, int64_t rows,
                               const Linear& linear, int64_t first_token,
                               float* out, auto finish_part) {
          AttentionHeads::Part part =
              PartOf(first * unit, last * unit, begin * unit, rows);
          if (part.first_row >= part.last_row) return;
          part.first_token = first_token;
          part.last_token = tokens;
          ProjectRows(pass, linear, first_token, part.first_row, part.last_row,
                      out);
          if (finish) (heads_.*finish_part)(pass, part);
        };
        share(0, query_rows, query_, FirstQuery(pass), pass.buffers.query,
              &AttentionHeads::FinishQueries);
        share(query_units, kv_rows, key_, 0, pass.buffers.key,
              &AttentionHeads::FinishKeys);
        share(query_units + kv_units, kv_rows, value_, 0, pass.buffers.value,
              &AttentionHeads::FinishValues);
      });
}

// Heads of queries that nobody asks for are computed too, where some are.
void AttentionBlock::ProjectFusedHeads(LayerPass& pass) const {
  const int64_t unit = std::lcm<int64_t>(head_dim_, kTileRows);
  const int64_t rows = fused_.rows();
  const int64_t kv_rows = pass.parameters.kv_size();
  const int64_t query_rows = rows - 2 * kv_rows;
  const int64_t units = CeilDiv(rows, unit);
  const int64_t tokens = pass.batch.tokens();
  pass.Announce(*fused_.matrix);
  pass.team.Phase(
      pass.member, units, tokens == 1 ? 1 : pass.team.PieceOf(units, 4),
      [&](int64_t first, int64_t last) {
        const int64_t from = first * unit;
        const int64_t to = std::min(last * unit, rows);
        ProjectRows(pass, fused_, 0, from, to, pass.buffers.query);
        if (heads_.needs_whole_tokens()) return;
        const auto finish = [&](int64_t begin, int64_t count,
                                auto finish_part) {
          AttentionHeads::Part part = PartOf(from, to, begin, count);
          part.last_token = tokens;
          if (part.first_row < part.last_row) {
            (heads_.*finish_part)(pass, part);
          }
        };
        finish(0, query_rows, &AttentionHeads::FinishQueries);
        finish(query_rows, kv_rows, &AttentionHeads::FinishKeys);
        finish(query_rows + kv_rows, kv_rows, &AttentionHeads::FinishValues);
      });
}

void AttentionBlock::ProjectRows(const LayerPass& pass, const Linear& linear,
                                 int64_t first_token, int64_t first_row,
                                 int64_t last_row, float* out) const {
  const PassBuffers& buffers = pass.buffers;
  const Matrix& matrix = *linear.matrix;
  const int64_t rows = matrix.rows();
  const int64_t tokens = pass.batch.tokens();
  const Activations x = buffers.panel.Input(
      {tokens, matrix.columns(), buffers.normed}, matrix, first_token);
  out += first_token * rows;
  MatmulTiles(matrix, x, first_row / kTileRows, CeilDiv(last_row, kTileRows),
              out, rows, pass.scratch());
  linear.AddBias(pass.kernels, tokens - first_token, first_row, last_row, out,
                 rows);
  if (clip_ == 0) return;
  for (int64_t t = 0; t < tokens - first_token; ++t) {
    for (int64_t row = first_row; row < last_row; ++row) {
      float& x = out[t * rows + row];
      x = std::clamp(x, -clip_, clip_);
    }
  }
}

void AttentionBlock::FinishTokens(LayerPass& pass) const {
  const int64_t first_query =
      pass.active > 0 ? FirstQuery(pass) : pass.batch.tokens();
  pass.team.Phase(
      pass.member, pass.batch.tokens(), 1, [&](int64_t first, int64_t last) {
        const AttentionHeads::Part part = {first, last, 0,
                                           pass.parameters.kv_size()};
        heads_.FinishKeys(pass, part);
        heads_.FinishValues(pass, part);
        heads_.FinishQueries(pass, {std::max(first, first_query), last, 0,
                                    pass.parameters.query_size()});
      });
}

void AttentionBlock::Attend(LayerPass& pass) const {
  int64_t count = 0;
  ForEachActiveRun(
      pass, [&](const TokenRun& run) { count += UnitsOf(pass, run).count(); });
  pass.team.Phase(pass.member, count, pass.team.PieceOf(count),
                  [&](int64_t first, int64_t last) {
                    int64_t begin = 0;  // the run's first unit
                    ForEachActiveRun(pass, [&](const TokenRun& run) {
                      const AttentionUnits units = UnitsOf(pass, run);
                      const int64_t end = std::min(last - begin, units.count());
                      for (int64_t i = std::max<int64_t>(first - begin, 0);
                           i < end; ++i) {
                        AttendUnit(pass, run, units[i]);
                      }
                      begin += units.count();
                    });
                  });
}

void AttentionBlock::AttendUnit(const LayerPass& pass, const TokenRun& run,
                                const AttentionUnit& unit) const {
  const int64_t row = run.first_row + unit.first_token;
  const int64_t skipped = pass.batch.tokens() - pass.active;
  const int64_t column = unit.first_head * head_dim_;
  const AttentionHeads::Rows queries = heads_.Queries(pass.buffers);
  AttentionArgs args;
  args.query_stride = queries.stride;
  args.query = queries.data + row * queries.stride + column;
  args.blocks = run.sequence->blocks(layer_);
  args.keys_offset = pass.kv.KeysOffset(unit.kv_head);
  args.values_offset = pass.kv.ValuesOffset(unit.kv_head);
  args.tokens = unit.last_token - unit.first_token;
  args.heads = unit.last_head - unit.first_head;
  args.length = run.first_position + unit.first_token + 1;
  args.window = window_;
  args.head_dim = head_dim_;
  args.scale = scale_;
  args.cap = cap_;
  args.sinks = nullptr;
  args.out_stride = output_.matrix->columns();
  args.out = pass.buffers.attended + (row - skipped) * args.out_stride + column;
  if (pass.kv.exact) {
    pass.kernels.attention_f32(args);
  } else {
    pass.kernels.attention_f16(args);
  }
}

}  // namespace tessera
