// Finds the scales of F8 weights among the tensors of a checkpoint.
#ifndef CONVERTER_SOURCE_ATTACH_FLOAT8_SCALES_H_
#define CONVERTER_SOURCE_ATTACH_FLOAT8_SCALES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"

namespace tessera {

// What the configuration says of a checkpoint's F8 weights.
struct Float8Layout {
  bool quantized = false;  // there is a quantization_config
  // Weights that share a scale, where they do so by blocks.
  uint64_t block_rows = 128;
  uint64_t block_columns = 128;
};

// Joins every matrix of F8 weights in source->tensors, called M.weight, with
// its scales, which then are no tensors of their own: M.weight_scale_inv,
// M.weight_scale, M.scale_weight, M.weight.scale or M.scale. They are what
// weights are multiplied by, whatever their name: one number, one per row, one
// per group of a row, or one per block. Scales of activations and caches are
// left out. Notes say how many of what.
//
// Unless no tensor has a scale and nothing says that the checkpoint is
// quantized, F8 weights without one are DataLoss. So are scales of another
// shape or type, and such as belong to weights that are not F8, naming both.
absl::Status AttachFloat8Scales(const Float8Layout& layout,
                                WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_ATTACH_FLOAT8_SCALES_H_
