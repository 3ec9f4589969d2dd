// Rows of a source in their stored type.
#ifndef CONVERTER_PACK_CONVERT_ROWS_H_
#define CONVERTER_PACK_CONVERT_ROWS_H_

#include <cstdint>

#include "converter/pack/arena_plan.h"
#include "converter/quantize/distortion.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Fills `blocks` with rows [first, first + count) of tensor `index` as the plan
// stores them, row-major, and adds what was lost to `distortion` if the type
// changes. They are rows of one matrix; rows of all matrices are counted one
// after another. Thread-safe.
void ConvertRows(const WeightSource& source, const ArenaPlan& plan,
                 size_t index, uint64_t first, uint64_t count, uint8_t* blocks,
                 Distortion* distortion);

}  // namespace tessera

#endif  // CONVERTER_PACK_CONVERT_ROWS_H_
