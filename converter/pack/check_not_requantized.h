// Blocks that would be quantized a second time.
#ifndef CONVERTER_PACK_CHECK_NOT_REQUANTIZED_H_
#define CONVERTER_PACK_CHECK_NOT_REQUANTIZED_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "converter/source/weight_source.h"
#include "formats/dtype/dtype.h"

namespace tessera {

// InvalidArgument, naming the first tensor of `source` that is quantized
// already and would be again, to another type of blocks, if each became one of
// `types`.
absl::Status CheckNotRequantized(const WeightSource& source,
                                 absl::Span<const DType> types);

}  // namespace tessera

#endif  // CONVERTER_PACK_CHECK_NOT_REQUANTIZED_H_
