// Weights that are no numbers, or none that F32 holds, found without decoding
// them.
#ifndef FORMATS_QUANT_NON_FINITE_H_
#define FORMATS_QUANT_NON_FINITE_H_

#include <cstdint>
#include <optional>

#include "formats/dtype/dtype.h"

namespace tessera {

// The first of the `elements` weights of a row that is NaN or infinite in
// F32, in which all is computed, or whose block has a scale, a minimum or a
// weight that is; nullopt if there is none.
// `blocks` holds RowBytes(type, elements) bytes, at any alignment. Types
// without such values, and those without a size, have none. Thread-safe.
std::optional<uint64_t> FindNonFinite(DType type, const uint8_t* blocks,
                                      uint64_t elements);

}  // namespace tessera

#endif  // FORMATS_QUANT_NON_FINITE_H_
