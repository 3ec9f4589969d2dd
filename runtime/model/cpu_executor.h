// The executor that computes with the threads of a pool.
#ifndef RUNTIME_MODEL_CPU_EXECUTOR_H_
#define RUNTIME_MODEL_CPU_EXECUTOR_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "runtime/model/batch.h"
#include "runtime/model/executor.h"
#include "runtime/model/model.h"
#include "runtime/model/pass_buffers.h"
#include "runtime/ops/thread_team.h"
#include "runtime/ops/workspace.h"

namespace tessera {

struct CpuExecutorOptions {
  int64_t max_batch = 256;     // tokens that go through the layers together
  int64_t max_logit_rows = 1;  // of one call of Forward or Embed
};

// All memory is allocated in Create; Forward allocates nothing. Several
// executors may share a model, but not a thread pool at the same time.
class CpuExecutor : public Executor {
 public:
  // `model` and `threads` must outlive the executor. InvalidArgument for
  // options out of range; ResourceExhausted without memory.
  static absl::StatusOr<std::unique_ptr<CpuExecutor>> Create(
      const Model& model, ThreadPool* threads,
      const CpuExecutorOptions& options);

  absl::StatusOr<absl::Span<const float>> Forward(
      absl::Span<const Slice> slices) override;
  absl::StatusOr<absl::Span<const float>> Embed(
      absl::Span<const Slice> slices) override;

  uint64_t memory_bytes() const { return memory_.bytes(); }

 private:
  enum class Result { kLogits, kHidden };

  // The next token that has not been computed.
  struct Cursor {
    size_t slice = 0;
    int64_t offset = 0;
  };

  CpuExecutor(const Model& model, ThreadPool* threads,
              const CpuExecutorOptions& options);

  absl::Status AllocateBuffers(int threads);
  // Floats of one row of what is computed.
  int64_t RowSize(Result result) const;
  // Appends the slices, and returns how many rows of results there are.
  absl::StatusOr<int64_t> Compute(absl::Span<const Slice> slices,
                                  Result result);
  absl::Status CheckSlice(const Slice& slice) const;
  absl::Status CheckSlices(absl::Span<const Slice> slices) const;

  // Calls visit(slice, first, count) for the tokens of the next batch, and
  // returns what comes after it.
  template <typename Visit>
  Cursor ForEachPiece(absl::Span<const Slice> slices, Cursor cursor,
                      Visit visit) const;
  Batch NextBatch(absl::Span<const Slice> slices, Cursor cursor) const;
  void UseHugePages(absl::Span<const Slice> slices);
  absl::Span<const float> DropPadding(int64_t logit_rows);

  const Model& model_;
  const int64_t max_batch_;
  const int64_t max_logit_rows_;
  ThreadTeam team_;
  Workspace memory_;
  PassBuffers buffers_;
};

}  // namespace tessera

#endif  // RUNTIME_MODEL_CPU_EXECUTOR_H_
