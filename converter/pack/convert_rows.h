// Rows of a source in their stored type.
#ifndef CONVERTER_PACK_CONVERT_ROWS_H_
#define CONVERTER_PACK_CONVERT_ROWS_H_

#include <cstdint>
#include <optional>

#include "converter/pack/arena_plan.h"
#include "converter/quantize/distortion.h"
#include "converter/source/weight_source.h"

namespace tessera {

// A weight that is no number, or does not fit the type that it is stored in.
struct NonFiniteWeight {
  uint64_t row = 0;  // counted over all matrices
  uint64_t column = 0;
  float value = 0;  // of the source
};

// What converting rows has found out about them.
struct RowFindings {
  Distortion distortion;  // what was lost, if the type changes
  // XXH3-64 of each row as it was read, the seed being that of the one before.
  // Of rows that keep their type, nothing: their blocks say it.
  uint64_t source_hash = 0;
  bool zero = true;        // no row has a value that is not zero
  uint64_t nonfinite = 0;  // weights that are not finite, or stored so
  std::optional<NonFiniteWeight> first_nonfinite;
};

// Fills `blocks` with rows [first, first + count) of tensor `index` as the plan
// stores them, row-major, and adds what was found to `findings`. They are rows
// of one matrix; rows of all matrices are counted one after another.
// Thread-safe.
void ConvertRows(const WeightSource& source, const ArenaPlan& plan,
                 size_t index, uint64_t first, uint64_t count, uint8_t* blocks,
                 RowFindings* findings);

// The source_hash that ConvertRows would find, whatever the type.
uint64_t HashSourceRows(const WeightSource& source, const SourceTensor& tensor,
                        uint64_t first, uint64_t count);

}  // namespace tessera

#endif  // CONVERTER_PACK_CONVERT_ROWS_H_
