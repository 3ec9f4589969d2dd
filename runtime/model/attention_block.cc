#include "runtime/model/attention_block.h"

#include <algorithm>
#include <cmath>
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

}  // namespace

AttentionBlock::Projection::Projection(const RoleWeights& weights,
                                       TensorRole role)
    : matrix(weights.matrix(role)),
      bias(weights.vector(role, TensorPart::kBias)) {}

AttentionBlock::AttentionBlock(const HyperParameters& parameters,
                               const RoleWeights& weights, int64_t layer)
    : layer_(layer),
      head_dim_(parameters.head_dim),
      scale_(1.0f / std::sqrt(static_cast<float>(parameters.head_dim))),
      query_(weights, TensorRole::kAttentionQuery),
      key_(weights, TensorRole::kAttentionKey),
      value_(weights, TensorRole::kAttentionValue),
      output_(weights.matrix(TensorRole::kAttentionOutput)),
      query_norm_(weights.vector(TensorRole::kAttentionQueryNorm)),
      key_norm_(weights.vector(TensorRole::kAttentionKeyNorm)) {}

bool AttentionBlock::Reads(TensorRole role, TensorPart part) const {
  switch (role) {
    case TensorRole::kAttentionQuery:
    case TensorRole::kAttentionKey:
    case TensorRole::kAttentionValue:
      return true;
    case TensorRole::kAttentionQueryNorm:
    case TensorRole::kAttentionKeyNorm:
    case TensorRole::kAttentionOutput:
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
  PanelForms forms = FormsFor({&key_.matrix, &value_.matrix}, tokens);
  forms.Add(FormsFor({&query_.matrix}, tokens - FirstQuery(pass)));
  return forms;
}

void AttentionBlock::Run(LayerPass& pass) const {
  pass.Announce(query_.matrix);
  ProjectHeads(pass);
  if (pass.active == 0) return;
  Attend(pass);
  pass.FillPanel(pass.buffers.attended, output_.columns(), output_);
  pass.Project(output_, pass.buffers.attended);
}

void AttentionBlock::ProjectHeads(LayerPass& pass) const {
  // The unit of work is whole heads in whole tiles, so that the thread that
  // computed a head can rotate and store it without waiting for the others.
  const int64_t unit = std::lcm<int64_t>(head_dim_, kTileRows);
  const int64_t query_rows = pass.active > 0 ? query_.matrix.rows() : 0;
  const int64_t kv_rows = key_.matrix.rows();
  const int64_t query_units = CeilDiv(query_rows, unit);
  const int64_t kv_units = CeilDiv(kv_rows, unit);
  const int64_t units = query_units + 2 * kv_units;
  pass.team.Phase(
      pass.member, units,
      pass.batch.tokens() == 1 ? 1 : pass.team.PieceOf(units, 4),
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
          ProjectQueries(pass, from, to);
        });
        share(query_units, kv_rows,
              [&](int64_t from, int64_t to) { ProjectKeys(pass, from, to); });
        share(query_units + kv_units, kv_rows,
              [&](int64_t from, int64_t to) { ProjectValues(pass, from, to); });
      });
}

void AttentionBlock::ProjectQueries(const LayerPass& pass, int64_t first_row,
                                    int64_t last_row) const {
  const int64_t first_token = FirstQuery(pass);
  float* queries = pass.buffers.query;
  ProjectRows(pass, query_, first_token, first_row, last_row, queries);
  RotateHeads(pass, query_norm_, queries, query_.matrix.rows(), first_token,
              first_row, last_row);
}

void AttentionBlock::ProjectKeys(const LayerPass& pass, int64_t first_row,
                                 int64_t last_row) const {
  float* keys = pass.buffers.key;
  ProjectRows(pass, key_, 0, first_row, last_row, keys);
  RotateHeads(pass, key_norm_, keys, key_.matrix.rows(), 0, first_row,
              last_row);
  ForEachStored(
      pass, keys, first_row, last_row,
      [&](int64_t head, int64_t position, const float* key, uint8_t* block) {
        pass.kv.StoreKey(pass.kernels, head, position, key, block);
      });
}

void AttentionBlock::ProjectValues(const LayerPass& pass, int64_t first_row,
                                   int64_t last_row) const {
  float* values = pass.buffers.value;
  ProjectRows(pass, value_, 0, first_row, last_row, values);
  ForEachStored(
      pass, values, first_row, last_row,
      [&](int64_t head, int64_t position, const float* value, uint8_t* block) {
        pass.kv.StoreValue(pass.kernels, head, position, value, block);
      });
}

template <typename Store>
void AttentionBlock::ForEachStored(const LayerPass& pass, float* rows,
                                   int64_t first_row, int64_t last_row,
                                   Store store) const {
  for (int64_t row = first_row; row < last_row; row += head_dim_) {
    for (const TokenRun& run : pass.batch.runs) {
      uint8_t* const* blocks = run.sequence->blocks(layer_);
      for (int64_t t = 0; t < run.count; ++t) {
        const int64_t position = run.first_position + t;
        store(row / head_dim_, position,
              rows + (run.first_row + t) * key_.matrix.rows() + row,
              blocks[position / kKvBlock]);
      }
    }
  }
}

void AttentionBlock::ProjectRows(const LayerPass& pass,
                                 const Projection& projection,
                                 int64_t first_token, int64_t first_row,
                                 int64_t last_row, float* out) const {
  const PassBuffers& buffers = pass.buffers;
  const Matrix& matrix = projection.matrix;
  const int64_t tokens = pass.batch.tokens();
  const Activations x = buffers.panel.Input(
      {tokens, matrix.columns(), buffers.normed}, matrix, first_token);
  MatmulTiles(matrix, x, first_row / kTileRows, CeilDiv(last_row, kTileRows),
              out + first_token * matrix.rows(), matrix.rows(), pass.scratch());
  if (projection.bias.empty()) return;
  for (int64_t t = first_token; t < tokens; ++t) {
    pass.kernels.add(out + t * matrix.rows() + first_row,
                     projection.bias.data() + first_row, last_row - first_row);
  }
}

void AttentionBlock::RotateHeads(const LayerPass& pass,
                                 absl::Span<const float> norm, float* rows,
                                 int64_t stride, int64_t first_token,
                                 int64_t first_row, int64_t last_row) const {
  const PassBuffers& buffers = pass.buffers;
  const HyperParameters& parameters = pass.parameters;
  const int64_t pairs = pass.rope.pairs();
  const auto rope = parameters.architecture->rope_pairs == RopePairs::kHalves
                        ? pass.kernels.rope_halves
                        : pass.kernels.rope;
  for (int64_t t = first_token; t < pass.batch.tokens(); ++t) {
    for (int64_t row = first_row; row < last_row; row += head_dim_) {
      float* head = rows + t * stride + row;
      if (!norm.empty()) {
        pass.kernels.rms_norm(head, norm.data(), parameters.rms_norm_eps,
                              head_dim_, head);
      }
      rope(head, buffers.cosines + t * pairs, buffers.sines + t * pairs, pairs);
    }
  }
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
  AttentionArgs args;
  args.token_stride = query_.matrix.rows();
  args.query = pass.buffers.query + row * args.token_stride + column;
  args.blocks = run.sequence->blocks(layer_);
  args.keys_offset = pass.kv.KeysOffset(unit.kv_head);
  args.values_offset = pass.kv.ValuesOffset(unit.kv_head);
  args.tokens = unit.last_token - unit.first_token;
  args.heads = unit.last_head - unit.first_head;
  args.length = run.first_position + unit.first_token + 1;
  args.head_dim = head_dim_;
  args.scale = scale_;
  args.out =
      pass.buffers.attended + (row - skipped) * args.token_stride + column;
  if (pass.kv.exact) {
    pass.kernels.attention_f32(args);
  } else {
    pass.kernels.attention_f16(args);
  }
}

}  // namespace tessera
