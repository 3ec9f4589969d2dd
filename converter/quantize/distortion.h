// How far stored values are from the ones they were made from.
#ifndef CONVERTER_QUANTIZE_DISTORTION_H_
#define CONVERTER_QUANTIZE_DISTORTION_H_

#include <cstdint>

#include "formats/arena/manifest.pb.h"

namespace tessera {

// Sums over (original, stored) pairs. Add over pieces and Merge in a fixed
// order give the same bits however the pieces were spread over threads.
class Distortion {
 public:
  void Add(const float* original, const float* stored, int64_t count);
  void Merge(const Distortion& other);

  // RMSE, greatest absolute error and signal-to-noise ratio in dB (infinite if
  // there is no error).
  QuantizationError Summary() const;

 private:
  double squared_error_ = 0;
  double squared_signal_ = 0;
  double max_abs_ = 0;
  int64_t count_ = 0;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_DISTORTION_H_
