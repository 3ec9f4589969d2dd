// What the gate times: a kernel, a limit of the machine, or a test of a model.
#ifndef BENCH_GATE_GATE_ROW_H_
#define BENCH_GATE_GATE_ROW_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/isa.h"
#include "bench/machine_limits.h"
#include "bench/model_test_case.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/tensor_layout.h"

namespace tessera {

// A plain value. Fields that its kind does not name mean nothing.
struct GateRow {
  enum class Kind {
    kKernel,    // a matrix of random weights times `tokens` vectors
    kRead,      // a plain read of the bytes of that matrix, from main memory
    kMultiply,  // its multiply-adds, in registers
    kModel,     // `test` of the model in the arena
  };

  Kind kind = Kind::kKernel;
  Isa isa = Isa::kScalar;
  bool all_threads = false;  // else one; models always use all

  // All but kModel.
  DType type = DType::kF32;
  LayoutOrder layout = LayoutOrder::kInterleaved;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t tokens = 0;

  // kModel.
  ModelTestCase test;
  std::string arena;  // path

  // For people, and to be filtered by: "kernel Q4_0 interleaved 2048x5632 t1",
  // "model tinyllama-1.1b-Q4_0-interleaved tg128".
  std::string Name() const;

  // As one line of text, which Parse reads; old and new builds of bench agree
  // on it, so fields may be added but not changed.
  std::string Text() const;

  // InvalidArgument, saying what is wrong, for a line that is no row or names
  // something that this build does not know.
  static absl::StatusOr<GateRow> Parse(absl::string_view text);
};

}  // namespace tessera

#endif  // BENCH_GATE_GATE_ROW_H_
