// The matrices whose layouts are to be measured.
#ifndef BENCH_ADVISE_ADVISED_MATRICES_H_
#define BENCH_ADVISE_ADVISED_MATRICES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/advise/layout_turns.h"
#include "bench/model_shape.h"
#include "formats/dtype/dtype.h"
#include "formats/layout/layout_rule.h"

namespace tessera {

// One type and size, however many matrices have it.
struct AdvisedMatrix {
  TurnMatrix matrix;
  // The duty of at least one of them. Those of gemv alone need no prompts.
  MatrixDuty duty = MatrixDuty::kGemv;
};

// Type by type, as given, and in the order of the shapes. Types that convert
// never stores in tiles are left out.
std::vector<AdvisedMatrix> MatricesOfShapes(
    const std::vector<ModelShape>& shapes, const std::vector<DType>& types);

// Those of a model that convert reads, with the types that it has or, if
// `types` is not empty, with each of those instead. Errors are
// OpenWeightSource's.
absl::StatusOr<std::vector<AdvisedMatrix>> MatricesOfModel(
    const std::string& path, const std::vector<DType>& types);

}  // namespace tessera

#endif  // BENCH_ADVISE_ADVISED_MATRICES_H_
