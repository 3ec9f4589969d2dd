// What a conversion to GGUF is to write, decided before a byte is written.
#ifndef CONVERTER_GGUF_PLAN_H_
#define CONVERTER_GGUF_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/gguf_plan_file.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Plans the conversion of `source`:
//
// * Where the recipe changes nothing, the files that it was, or was made from:
//   one called `path`, or the whole set if it was one and `path` is named like
//   a file of it. A set that becomes one file is what llama-gguf-split --merge
//   makes of it; of an arena, without its keys split.*.
// * Where it does, what llama-quantize makes of that file
// (gguf_quantized_form.h).
// * With limits, what llama-gguf-split makes of the file so far
//   (gguf_split_form.h).
//
// The metadata of what was no GGUF is what llama.cpp's converter would write
// (hugging_face_metadata.h). The plan refers to `source`. DataLoss for an arena
// whose source cannot be; Unimplemented for a configuration that is not
// understood; InvalidArgument for limits that cannot be kept; errors of
// ChooseStoredTypes.
absl::StatusOr<GgufPlan> PlanGguf(const WeightSource& source,
                                  const GgufOptions& options);

// What a program that loads `file` will miss, in whole sentences.
std::vector<std::string> MissingForAModel(const GgufPlanFile& file,
                                          const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_GGUF_PLAN_H_
