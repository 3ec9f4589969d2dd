// The size of a model as people say it: "7B", "135M", "8x7B".
#ifndef CONVERTER_SIZE_LABEL_H_
#define CONVERTER_SIZE_LABEL_H_

#include <string>

#include "absl/types/span.h"
#include "converter/source/weight_source.h"

namespace tessera {

// GGUF's general.size_label, as llama.cpp's converter counts it: the values of
// all tensors, with two digits at least. Of a mixture of experts, which GGUF
// has as tensors "_exps": the number of experts, times the size with one of
// each. Empty if there are no values.
std::string SizeLabel(absl::Span<const SourceTensor> tensors);

}  // namespace tessera

#endif  // CONVERTER_SIZE_LABEL_H_
