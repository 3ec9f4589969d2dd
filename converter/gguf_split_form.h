// The form that llama-gguf-split gives the files of a split set.
#ifndef CONVERTER_GGUF_SPLIT_FORM_H_
#define CONVERTER_GGUF_SPLIT_FORM_H_

#include "absl/status/status.h"
#include "converter/gguf_plan_file.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Cuts the one file of `plan` as llama-gguf-split (tools/gguf-split) does:
// OUT.gguf becomes OUT-00001-of-0000N.gguf and so on, tensors keep their order,
// and a file is full when the next tensor would make it larger than `limits`
// allow. The first file has all metadata; all have split.no,
// split.tensors.count and split.count at its end. A tensor that is larger than
// limits.max_bytes has a file of its own, and the plan a warning.
// InvalidArgument if that takes more files than a set can have.
absl::Status GiveSplitForm(const WeightSource& source,
                           const GgufSplitLimits& limits, GgufPlan* plan);

}  // namespace tessera

#endif  // CONVERTER_GGUF_SPLIT_FORM_H_
