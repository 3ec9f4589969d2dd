// Finds the scales of F8 weights among the tensors of a checkpoint.
#ifndef CONVERTER_SOURCE_ATTACH_FLOAT8_SCALES_H_
#define CONVERTER_SOURCE_ATTACH_FLOAT8_SCALES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Joins every matrix of F8 weights in source->tensors, called X, with its
// scales, X_scale_inv or X_scale, which then are no tensors of their own.
// Scales are one number, one per row, or one per block of `block_rows` x
// `block_columns` weights. Scales of activations beside scaled weights go too.
// Weights without scales stay F8. DataLoss, naming both, if a scale has another
// shape or type.
absl::Status AttachFloat8Scales(uint64_t block_rows, uint64_t block_columns,
                                WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_ATTACH_FLOAT8_SCALES_H_
