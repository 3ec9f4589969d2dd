// Sums of errors, vectorized; distortion.h is the interface.
#ifndef CONVERTER_QUANTIZE_DISTORTION_SUMS_H_
#define CONVERTER_QUANTIZE_DISTORTION_SUMS_H_

#include <cstdint>

namespace tessera {

// Pair i of a call goes to accumulator i % 8, in order: the sums depend neither
// on the width of the vectors that hold the accumulators nor on threads.
constexpr int kDistortionAccumulators = 8;

struct DistortionSums {
  double squared_error[kDistortionAccumulators];
  double squared_signal[kDistortionAccumulators];
  double max_abs[kDistortionAccumulators];  // of numbers; NaNs are left out
};

// Adds `count` pairs to *sums. Defined in distortion_sums_<isa>.cc.
namespace distortion_sums {
#define TESSERA_DECLARE_ACCUMULATE(isa)                                      \
  namespace isa {                                                            \
  void Accumulate(const float* original, const float* stored, int64_t count, \
                  DistortionSums* sums);                                     \
  }
TESSERA_DECLARE_ACCUMULATE(scalar)
TESSERA_DECLARE_ACCUMULATE(avx2)
TESSERA_DECLARE_ACCUMULATE(avx512)
#undef TESSERA_DECLARE_ACCUMULATE
}  // namespace distortion_sums

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_DISTORTION_SUMS_H_
