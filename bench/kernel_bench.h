// Measures one matrix multiplication.
#ifndef BENCH_KERNEL_BENCH_H_
#define BENCH_KERNEL_BENCH_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"
#include "runtime/kernels/kernel_table.h"
#include "runtime/ops/matmul.h"

namespace tessera {

// A matrix of random weights in one layout, as many copies as fit into memory
// that no cache holds. Each multiplication takes the next copy, so weights come
// from main memory, as they do in a model. Not thread-safe.
class KernelBench {
 public:
  struct Subject {
    DType type;
    LayoutOrder layout;
    int64_t rows;
    int64_t columns;
  };

  // Fills `memory` (not owned, nor is `pool`), all of it, from where `memory`
  // begins: a multiple of 64. Unimplemented if there are no random weights of
  // the type or it has no such layout; InvalidArgument if `columns` is no
  // multiple of its block or one copy does not fit.
  static absl::StatusOr<std::unique_ptr<KernelBench>> Create(
      const Subject& subject, const KernelTable& kernels,
      absl::Span<uint8_t> memory, ThreadPool& pool);
  ~KernelBench();

  // False if rows are dequantized and multiplied as floats instead.
  bool has_kernel() const { return matrix_.kernel != nullptr; }

  // Bytes of one copy, padding of rows included.
  uint64_t weight_bytes() const { return matrix_.view.layout.StoredBytes(); }

  // Makes activations of `tokens` vectors: random, about `zero_share` of them
  // zero, quantized beforehand. Needed before multiplying by so many.
  // ResourceExhausted without memory.
  absl::Status Prepare(int64_t tokens, double zero_share);

  // Seconds, more than 0, that `times` multiplications take all threads.
  double Multiply(int64_t tokens, int64_t times);

  // How many multiplications last about `seconds`; at least one. Warms up.
  int64_t TimesWithin(int64_t tokens, double seconds);

  // Seconds that one multiplication takes, in each of at least one sample;
  // together they last about `seconds`.
  std::vector<double> Measure(int64_t tokens, double seconds);

 private:
  struct Operands;

  KernelBench(const Matrix& matrix, absl::Span<uint8_t> memory,
              ThreadPool& pool);

  void FillMemory(const uint8_t* copy);

  Matrix matrix_;  // the first copy
  absl::Span<uint8_t> memory_;
  ThreadPool& pool_;
  uint64_t copy_stride_;
  int64_t copies_;
  int64_t next_copy_ = 0;
  std::map<int64_t, std::unique_ptr<Operands>> prepared_;  // by tokens
};

}  // namespace tessera

#endif  // BENCH_KERNEL_BENCH_H_
