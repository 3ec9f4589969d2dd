#include "runtime/capi/matrix_multiplier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/isa.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "runtime/capi/boundary.h"
#include "runtime/capi/open_arena.h"
#include "runtime/capi/option_table.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/ops/matmul.h"
#include "runtime/ops/matmul_piece.h"

namespace tessera {
namespace {

// Tokens whose panels are in memory at a time, as in a prefill.
constexpr int64_t kMaxBatch = 256;

// Floats that may be in memory.
constexpr uint64_t kMaxValues = uint64_t{1} << 60;

absl::Status CheckOperands(const TensorView& view, uint64_t tokens) {
  if (view.shape.size() > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", Quoted(view.name), " has ", view.shape.size(),
                     " dimensions, expected a matrix"));
  }
  const std::optional<uint64_t> values =
      CheckedMul(tokens, std::max(view.layout.rows, view.layout.columns));
  if (!values || *values > kMaxValues) {
    return absl::InvalidArgumentError(
        absl::StrCat(tokens, " vectors are more than memory can hold"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<MatrixMultiplier>> MatrixMultiplier::Create(
    int threads) {
  TESSERA_ASSIGN_OR_RETURN(const Isa isa, ChooseIsa());
  return std::unique_ptr<MatrixMultiplier>(
      new MatrixMultiplier(threads, KernelTableFor(isa)));
}

MatrixMultiplier::MatrixMultiplier(int threads, const KernelTable& kernels)
    : pool_(threads), team_(&pool_), kernels_(kernels) {}

absl::Status MatrixMultiplier::Multiply(const TensorView& view, const float* x,
                                        uint64_t vectors, float* y) {
  TESSERA_RETURN_IF_ERROR(CheckOperands(view, vectors));
  const auto tokens = static_cast<int64_t>(vectors);
  TESSERA_ASSIGN_OR_RETURN(const Matrix matrix,
                           MakeMatrix(view, kernels_, /*exact=*/false));
  const int64_t batch = std::min(tokens, kMaxBatch);
  // A last batch may be so small that it needs another form than the others.
  PanelForms forms = FormsFor({&matrix}, batch);
  forms.Add(FormsFor({&matrix}, tokens % kMaxBatch));
  Needs needed;
  needed.panel = Panel::SizeFor(batch, matrix.columns(), forms);
  needed.scratch_bytes = RoundUp(ScratchBytes(matrix), 64);
  TESSERA_RETURN_IF_ERROR(Reserve(needed));
  for (int64_t first = 0; first < tokens; first += kMaxBatch) {
    MultiplyBatch(matrix,
                  {std::min(tokens - first, kMaxBatch), matrix.columns(),
                   x + first * matrix.columns()},
                  y + first * matrix.rows());
  }
  return absl::OkStatus();
}

absl::Status MatrixMultiplier::Reserve(const Needs& needed) {
  if (reserved_.Covers(needed)) return absl::OkStatus();
  Needs needs;
  needs.panel.int8_blocks =
      std::max(reserved_.panel.int8_blocks, needed.panel.int8_blocks);
  needs.panel.bf16_blocks =
      std::max(reserved_.panel.bf16_blocks, needed.panel.bf16_blocks);
  needs.scratch_bytes = std::max(reserved_.scratch_bytes, needed.scratch_bytes);
  reserved_ = Needs();
  memory_ = std::make_unique<Workspace>();
  Allocate(*memory_, needs);
  if (!memory_->Reserve().ok()) {
    return absl::ResourceExhaustedError(
        "cannot get memory for the activations of a multiplication");
  }
  Allocate(*memory_, needs);
  reserved_ = needs;
  return absl::OkStatus();
}

void MatrixMultiplier::Allocate(Workspace& memory, const Needs& needs) {
  panel_ = Panel::Allocate(memory, needs.panel);
  scratch_ = memory.Allocate<uint8_t>(needs.scratch_bytes * team_.size());
}

void MatrixMultiplier::MultiplyBatch(const Matrix& matrix,
                                     const PanelRows& rows, float* y) {
  const PanelForms forms = FormsFor({&matrix}, rows.tokens);
  const Activations x = panel_.Input(rows, matrix);
  const int64_t piece = MatmulPiece(matrix, rows.tokens, team_);
  team_.Run([&](ThreadTeam::Member member) {
    if (forms.any()) {
      team_.Phase(member, rows.tokens, 1, [&](int64_t first, int64_t last) {
        panel_.Fill(kernels_, rows, first, last, forms);
      });
    }
    uint8_t* scratch = scratch_ + member.thread * reserved_.scratch_bytes;
    team_.Phase(
        member, matrix.tiles(), piece, [&](int64_t first, int64_t last) {
          MatmulTiles(matrix, x, first, last, y, matrix.rows(), scratch);
        });
  });
}

}  // namespace tessera

struct tessera_compute {
  std::unique_ptr<tessera::MatrixMultiplier> multiplier;
};

tessera_status tessera_compute_new(const tessera_options* options,
                                   tessera_compute** compute,
                                   tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"compute", compute}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(
            auto multiplier, tessera::MatrixMultiplier::Create(
                                 tessera::OptionsOrDefault(options).threads));
        *compute = new tessera_compute{std::move(multiplier)};
        return absl::OkStatus();
      });
}

void tessera_compute_free(tessera_compute* compute) { delete compute; }

tessera_status tessera_matmul(tessera_compute* compute,
                              const tessera_tensor* tensor, const float* x,
                              size_t tokens, float* y, tessera_error* error) {
  return tessera::AtBoundary(
      error,
      {{"compute", compute},
       {"tensor", tensor},
       {"tensor->handle", tensor == nullptr ? nullptr : tensor->handle},
       {"x", x},
       {"y", y}},
      [&]() -> absl::Status {
        const auto& handle =
            *static_cast<const tessera::TensorHandle*>(tensor->handle);
        const tessera::LoadedArena& arena = handle.arena->loaded();
        TESSERA_RETURN_IF_ERROR(arena.VerifyBytes(
            handle.view->data, handle.view->layout.StoredBytes()));
        TESSERA_RETURN_IF_ERROR(
            compute->multiplier->Multiply(*handle.view, x, tokens, y));
        return arena.CheckHealth();
      });
}
