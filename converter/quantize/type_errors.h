// What storing a tensor in each of some types would do to it.
#ifndef CONVERTER_QUANTIZE_TYPE_ERRORS_H_
#define CONVERTER_QUANTIZE_TYPE_ERRORS_H_

#include <vector>

#include "absl/types/span.h"
#include "base/thread_pool.h"
#include "converter/quantize/importance_matrix.h"
#include "converter/source/weight_source.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// A tensor and the types to try. Types whose blocks do not divide its rows must
// not occur, nor those that nothing can be quantized to.
struct TypeTrial {
  const SourceTensor* tensor = nullptr;
  std::vector<DType> types;
};

// For each trial and type, the squared error relative to the squared values:
// sum of w (stored - value)^2 over sum of w value^2, where w is the importance
// of the column, 1 without `importance`. 0 for the type that the tensor has and
// for tensors of zeros, 1 where there is no number: weights that are not finite.
//
// Measured on rows spread evenly over the tensor: all of them up to 2^17
// weights, else about so many. In parallel; the results do not depend on the
// number of threads. `importance` may be null. `high_effort` tells which
// quantizers will be used.
std::vector<std::vector<double>> MeasureTypeErrors(
    const WeightSource& source, absl::Span<const TypeTrial> trials,
    const ImportanceMatrix* importance, bool high_effort, ThreadPool& pool);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_TYPE_ERRORS_H_
