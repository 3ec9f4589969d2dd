// How far stored values are from the ones they were made from.
#ifndef CONVERTER_QUANTIZE_DISTORTION_H_
#define CONVERTER_QUANTIZE_DISTORTION_H_

#include <cstdint>

#include "base/isa.h"
#include "converter/quantize/distortion_sums.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// Sums over (original, stored) pairs. The sums are kept in eight double
// accumulators; pair i of an Add goes to accumulator i % 8, Merge adds them one
// by one, and Summary adds them up from 0 to 7. So Add over pieces and Merge in
// a fixed order give the same bits however the pieces were spread over threads,
// and on every instruction set.
class Distortion {
 public:
  // Uses the best instruction set, or the one that TESSERA_ISA names.
  void Add(const float* original, const float* stored, int64_t count);

  // The same with one of SupportedIsas().
  void Add(const float* original, const float* stored, int64_t count, Isa isa);

  void Merge(const Distortion& other);

  // True if all values were, original and stored.
  bool IsFinite() const;

  // RMSE, greatest absolute error and signal-to-noise ratio in dB (infinite if
  // there is no error).
  QuantizationError Summary() const;

 private:
  DistortionSums sums_ = {};
  int64_t count_ = 0;
};

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_DISTORTION_H_
