// How much an error in one tensor of a model changes what the model says.
#ifndef CONVERTER_QUANTIZE_SENSITIVITY_H_
#define CONVERTER_QUANTIZE_SENSITIVITY_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace tessera {

// The weight of the relative squared error of the tensor called `name`, in a
// model of `layers` layers: the Kullback-Leibler divergence of the model's
// predictions grows by about this times the error times a constant.
//
// Measured on the tiny model of testdata, one tensor quantized at a time (see
// docs/quantization.md): a tensor's share depends on its role, the first layers
// count most and the last somewhat more than those between. That the share of a
// layer falls with their number is an assumption; embeddings and output keep
// theirs.
double SensitivityOf(absl::string_view name, uint64_t layers);

}  // namespace tessera

#endif  // CONVERTER_QUANTIZE_SENSITIVITY_H_
