// Divisors of rotary frequencies.
#ifndef FORMATS_MODEL_ROPE_FACTORS_H_
#define FORMATS_MODEL_ROPE_FACTORS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// Divisors of the rotary frequencies, one per pair, for rope_scaling of type
// "llama3"; empty for other types. The formula is Llama 3.1's: wavelengths
// longer than the original context / low_freq_factor are stretched by `factor`,
// short ones are kept, those between are blended.
std::vector<float> Llama3RopeFactors(const ModelConfig& model);

// What rope_scaling of type "yarn" multiplies cosines and sines by, if nothing
// else is said: 0.1 ln(factor) + 1, or 1 if nothing is stretched.
double YarnAttentionFactor(double factor);

// The same of type "longrope", by how much longer the context is than the
// original one.
double LongRopeAttentionFactor(double factor, double original_context);

// DataLoss if one of `divisors`, which tensor `name` holds, is not positive.
absl::Status CheckRopeDivisors(absl::string_view name,
                               absl::Span<const float> divisors);

}  // namespace tessera

#endif  // FORMATS_MODEL_ROPE_FACTORS_H_
