// What each stored type costs in accuracy, and how fast it is made.
#ifndef BENCH_MEASURE_CODEC_ERRORS_H_
#define BENCH_MEASURE_CODEC_ERRORS_H_

#include <string>
#include <vector>

#include "formats/dtype/dtype.h"

namespace tessera {

// Of one quantizer on the rows below.
struct CodecError {
  double rmse = 0;      // in percent of the values' deviation
  double weighted = 0;  // the same by importance; quantized by it, too
  double snr_db = 0;
  double weights_per_second = 0;  // to blocks, one thread, without importance
};

struct CodecErrors {
  DType type = DType::kF32;
  double bits_per_weight = 0;
  CodecError normal_effort;
  CodecError high_effort;  // as normal_effort where there is none
  double decoded_weights_per_second = 0;  // to floats
};

// Measures all types that can be made from floats, in order of their size:
// `rows` rows of 2048 normal values from a fixed seed. The importance is a
// uniform number cubed: a few columns matter much. Errors are the same on every
// machine; speeds are the best of some rounds.
std::vector<CodecErrors> MeasureCodecErrors(int rows);

// Two Markdown tables: of errors, and of speeds.
std::string RenderCodecErrors(const std::vector<CodecErrors>& all);

}  // namespace tessera

#endif  // BENCH_MEASURE_CODEC_ERRORS_H_
