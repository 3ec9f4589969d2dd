// Any matrix of any arena times vectors, outside a model.
#ifndef RUNTIME_CAPI_MATRIX_MULTIPLIER_H_
#define RUNTIME_CAPI_MATRIX_MULTIPLIER_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/thread_pool.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/loader/tensor_view.h"
#include "runtime/ops/matrix.h"
#include "runtime/ops/panel.h"
#include "runtime/ops/thread_team.h"
#include "runtime/ops/workspace.h"

namespace tessera {

// Multiplies as a Decoder does: the same kernels, forms of activations and
// shares of threads. Keeps the largest memory that it needed. Not thread-safe.
class MatrixMultiplier {
 public:
  // `threads` as in ThreadPool. InvalidArgument as ChooseIsa.
  static absl::StatusOr<std::unique_ptr<MatrixMultiplier>> Create(int threads);

  MatrixMultiplier(const MatrixMultiplier&) = delete;
  MatrixMultiplier& operator=(const MatrixMultiplier&) = delete;

  // y[t][row] = sum over k of W[row][k] * x[t][k] for t < `vectors`, all of it
  // float32 without gaps. InvalidArgument if `view` is more than one matrix;
  // Unimplemented if nothing decodes its type; ResourceExhausted without
  // memory.
  absl::Status Multiply(const TensorView& view, const float* x,
                        uint64_t vectors, float* y);

 private:
  // What a multiplication needs besides its operands.
  struct Needs {
    Panel::Size panel;
    uint64_t scratch_bytes = 0;  // of each thread, a multiple of 64

    bool Covers(const Needs& other) const {
      return panel.Holds(other.panel) && scratch_bytes >= other.scratch_bytes;
    }
  };

  MatrixMultiplier(int threads, const KernelTable& kernels);

  absl::Status Reserve(const Needs& needed);
  void Allocate(Workspace& memory, const Needs& needs);
  void MultiplyBatch(const Matrix& matrix, const PanelRows& rows, float* y);

  ThreadPool pool_;
  ThreadTeam team_;
  const KernelTable& kernels_;
  std::unique_ptr<Workspace> memory_;
  Needs reserved_;
  Panel panel_;
  uint8_t* scratch_ = nullptr;
};

}  // namespace tessera

#endif  // RUNTIME_CAPI_MATRIX_MULTIPLIER_H_
