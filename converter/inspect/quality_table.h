// What quantization has cost each tensor of an arena, and all of them together.
#ifndef CONVERTER_INSPECT_QUALITY_TABLE_H_
#define CONVERTER_INSPECT_QUALITY_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/arena/manifest.pb.h"

namespace tessera {

// One tensor. Errors are against its values before quantization, in float32.
struct TensorQuality {
  std::string name;
  std::string type;
  std::string source_type;
  uint64_t weights = 0;
  uint64_t bytes = 0;  // of row-major blocks, without padding
  std::optional<QuantizationError> error;  // if it was quantized
  uint64_t nonfinite_weights = 0;

  double bits_per_weight() const;
};

// All tensors of one type.
struct TypeQuality {
  std::string type;
  uint64_t tensors = 0;
  uint64_t weights = 0;
  uint64_t bytes = 0;
  std::optional<QuantizationError> error;  // of those that lost something

  double bits_per_weight() const;
};

struct QualityTable {
  std::vector<TensorQuality> tensors;  // in the order of the manifest
  std::vector<TypeQuality> types;      // most bytes first

  // Of all tensors.
  uint64_t weights = 0;
  uint64_t bytes = 0;

  // Of those that lost something, so that norms that were widened do not make a
  // model look better. Every weight counts the same: RMSE and SNR are those of
  // one tensor that holds them all. No error if nothing was quantized.
  uint64_t quantized_weights = 0;
  std::optional<QuantizationError> error;

  // Weights that are NaN or infinite: errors are no numbers then.
  uint64_t nonfinite_weights = 0;
  // Tensors whose errors are against blocks that had been quantized before, not
  // against the original weights.
  uint64_t requantized_tensors = 0;
  // Tensors whose errors are as large as their weights, and the first of them:
  // numbers too small for their type have become zeros.
  uint64_t vanished_tensors = 0;
  std::string first_vanished;

  double bits_per_weight() const;
};

// The table of an arena with this manifest.
QualityTable QualityTableOf(const Manifest& manifest);

// Indices of tensors that lost something, at most `most`: those with the lowest
// signal-to-noise ratio, lowest first, and before them those whose errors are
// no numbers.
std::vector<size_t> WorstTensors(const QualityTable& table, size_t most);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_QUALITY_TABLE_H_
