// What quantizers that search longer weigh their errors by, given importance.
#ifndef CONVERTER_QUANTIZE_VALUE_WEIGHTS_H_
#define CONVERTER_QUANTIZE_VALUE_WEIGHTS_H_

#include <vector>

#include "absl/types/span.h"

namespace tessera {

// Weights of the squared errors of a row: w_i = a_i sqrt(s + x_i^2), where x
// are the `values`, s is their mean square and a the `importance`. It is what
// ggml's quantizers make of an importance matrix, with 2 s in places. Searches
// for the smallest sum of a (x - stored x)^2 would lower that, but the model's
// divergence less: large weights, which are few, matter beyond their square.
//
// Returns `weights`; `importance` if it is empty, for a row of zeros and for
// one with values that are huge or not finite.
absl::Span<const float> WeighByValue(absl::Span<const float> values,
                                     absl::Span<const float> importance,
                                     std::vector<float>* weights);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_VALUE_WEIGHTS_H_
