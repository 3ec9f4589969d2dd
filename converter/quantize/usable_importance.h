// Importance that leaves something of every weight.
#ifndef CONVERTER_QUANTIZE_USABLE_IMPORTANCE_H_
#define CONVERTER_QUANTIZE_USABLE_IMPORTANCE_H_

#include <vector>

#include "absl/types/span.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// True if the importance of all columns is nothing, or so little that products
// with it would vanish: an expert that was never used while it was measured. An
// empty span has none.
bool HasNoImportance(absl::Span<const float> importance);

// What a quantizer of `type` can be given for `importance`, which belongs to
// the columns of a row. Where none of the columns that share a scale has any,
// it would choose the scale 0, and all their weights would be lost: there the
// mean of the row stands in `buffer`, which is returned then. So it is where
// the largest is so large that sums would overflow: only ratios matter, and all
// are divided by a power of two. Empty, as without importance, for a row that
// has none at all.
absl::Span<const float> UsableImportance(absl::Span<const float> importance,
                                         DType type,
                                         std::vector<float>* buffer);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_USABLE_IMPORTANCE_H_
