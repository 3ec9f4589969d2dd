#include "bench/kernel_bench.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bench/random_rows.h"
#include "bench/stopwatch.h"
#include "formats/layout/pack.h"
#include "runtime/ops/matmul_piece.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/thread_team.h"
#include "runtime/ops/workspace.h"

namespace tessera {
namespace {

constexpr uint64_t kDistinctRows = 256;
constexpr uint64_t kWeightSeed = 1;
constexpr uint64_t kActivationSeed = 2;
// Shorter samples would measure the clock and the wake-up of threads.
constexpr double kSampleSeconds = 0.02;
constexpr size_t kMaxSamples = 100;

void PackRandomMatrix(const TensorLayout& layout, const RandomRows& rows,
                      ThreadPool& pool, uint8_t* stored) {
  pool.ParallelFor(static_cast<int64_t>(layout.row_tiles()), [&](int64_t tile) {
    const uint64_t first = tile * layout.tile_rows;
    const uint64_t count = layout.RowsInTile(tile);
    std::vector<uint8_t> row_major(count * layout.row_bytes);
    for (uint64_t i = 0; i < count; ++i) {
      std::memcpy(row_major.data() + i * layout.row_bytes, rows.row(first + i),
                  layout.row_bytes);
    }
    PackMatrixTile(layout, tile, row_major.data(), stored);
  });
}

}  // namespace

// Activations, results and scratch memory for one number of tokens.
struct KernelBench::Operands {
  Workspace memory;
  Activations x;
  float* out;
  uint8_t* scratch;
  uint64_t scratch_stride;

  absl::Status Create(const Matrix& matrix, int64_t tokens, double zero_share,
                      int threads);
};

absl::Status KernelBench::Operands::Create(const Matrix& matrix, int64_t tokens,
                                           double zero_share, int threads) {
  const int64_t columns = matrix.columns();
  scratch_stride = ScratchBytes(matrix);
  const PanelForms forms = FormsFor({&matrix}, tokens);
  Panel panel;
  float* f32 = nullptr;
  const auto allocate = [&] {
    f32 = memory.Allocate<float>(tokens * columns);
    panel = Panel::Allocate(memory, Panel::SizeFor(tokens, columns, forms));
    out = memory.Allocate<float>(tokens * matrix.rows());
    scratch = memory.Allocate<uint8_t>(threads * scratch_stride);
  };
  allocate();
  TESSERA_RETURN_IF_ERROR(memory.Reserve());
  allocate();

  RandomSequence random(kActivationSeed);
  for (int64_t i = 0; i < tokens * columns; ++i) {
    const float value = random.NextNormal();
    f32[i] = random.NextUniform() < zero_share ? 0 : value;
  }
  const PanelRows rows = {tokens, columns, f32};
  panel.Fill(*matrix.kernels, rows, 0, tokens, forms);
  x = panel.Input(rows, matrix);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<KernelBench>> KernelBench::Create(
    const Subject& subject, const KernelTable& kernels,
    absl::Span<uint8_t> memory, ThreadPool& pool) {
  TESSERA_ASSIGN_OR_RETURN(const TensorLayout layout,
                           MakeTensorLayout(subject.layout, subject.type,
                                            subject.rows, subject.columns));
  if (layout.StoredBytes() > memory.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a matrix of ", layout.StoredBytes(),
        " bytes does not fit into the measuring memory of ", memory.size()));
  }
  TESSERA_ASSIGN_OR_RETURN(
      const RandomRows rows,
      RandomRows::Create(subject.type, subject.columns,
                         std::min<uint64_t>(kDistinctRows, subject.rows),
                         kWeightSeed, pool));
  TensorView view;
  view.name = "random";
  view.type = subject.type;
  view.layout = layout;
  view.data = memory.data();
  TESSERA_ASSIGN_OR_RETURN(const Matrix matrix,
                           MakeMatrix(view, kernels, false));
  auto bench =
      std::unique_ptr<KernelBench>(new KernelBench(matrix, memory, pool));
  PackRandomMatrix(layout, rows, pool, memory.data());
  bench->FillMemory(memory.data());
  return bench;
}

KernelBench::KernelBench(const Matrix& matrix, absl::Span<uint8_t> memory,
                         ThreadPool& pool)
    : matrix_(matrix),
      memory_(memory),
      pool_(pool),
      copy_stride_(RoundUp(matrix.view.layout.StoredBytes(), 64)),
      copies_(static_cast<int64_t>(
          std::max<uint64_t>(memory.size() / copy_stride_, 1))) {}

void KernelBench::FillMemory(const uint8_t* copy) {
  pool_.ParallelFor(copies_ - 1, [&](int64_t i) {
    std::memcpy(memory_.data() + (i + 1) * copy_stride_, copy, weight_bytes());
  });
}

KernelBench::~KernelBench() = default;

absl::Status KernelBench::Prepare(int64_t tokens, double zero_share) {
  auto operands = std::make_unique<Operands>();
  TESSERA_RETURN_IF_ERROR(
      operands->Create(matrix_, tokens, zero_share, pool_.size()));
  prepared_[tokens] = std::move(operands);
  return absl::OkStatus();
}

int64_t KernelBench::TimesWithin(int64_t tokens, double seconds) {
  const double first = Multiply(tokens, 1);
  // The first one includes page faults; the second is better.
  const double once = first > seconds ? first : Multiply(tokens, 1);
  return static_cast<int64_t>(
      std::clamp(std::ceil(seconds / std::max(once, 1e-9)), 1.0, 1e6));
}

std::vector<double> KernelBench::Measure(int64_t tokens, double seconds) {
  const int64_t times = TimesWithin(tokens, std::min(seconds, kSampleSeconds));
  double left = seconds;
  std::vector<double> taken;
  do {
    const double sample = Multiply(tokens, times);
    taken.push_back(sample / static_cast<double>(times));
    left -= sample;
  } while (left > 0 && taken.size() < kMaxSamples);
  return taken;
}

double KernelBench::Multiply(int64_t tokens, int64_t times) {
  Operands& operands = *prepared_.at(tokens);
  ThreadTeam team(&pool_);
  const int64_t tiles = matrix_.tiles();
  const int64_t piece = MatmulPiece(matrix_, operands.x.tokens, team);
  const Stopwatch stopwatch(pool_.size());
  // One phase each, as in a decoder: threads share the tiles and wait for each
  // other at the end.
  team.Run([&](ThreadTeam::Member member) {
    Matrix matrix = matrix_;
    for (int64_t i = 0; i < times; ++i) {
      matrix.view.data =
          memory_.data() + (next_copy_ + i) % copies_ * copy_stride_;
      team.Phase(member, tiles, piece, [&](int64_t first, int64_t last) {
        MatmulTiles(matrix, operands.x, first, last, operands.out,
                    matrix.rows(),
                    operands.scratch + member.thread * operands.scratch_stride);
      });
    }
  });
  const double seconds = std::max(stopwatch.Seconds(), 1e-12);
  next_copy_ = (next_copy_ + times) % copies_;
  return seconds;
}

}  // namespace tessera
