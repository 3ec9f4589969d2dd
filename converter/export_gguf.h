// The way back: an arena to a GGUF file.
#ifndef CONVERTER_EXPORT_GGUF_H_
#define CONVERTER_EXPORT_GGUF_H_

#include <string>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"

namespace tessera {

struct ExportOptions {
  bool overwrite = false;
  bool quiet = false;
  bool allow_nonfinite = false;
};

// Writes the tensors of `arena` (a source of format "arena") to the GGUF file
// `output`: the same blocks, bit for bit, in row-major order, with the metadata
// of the original source, or what llama.cpp's converter would write if that was
// no GGUF (hugging_face_metadata.h). Unimplemented, naming the tensor, for a
// type that GGUF does not have, and for a configuration that is not understood;
// DataLoss, unless `allow_nonfinite`, for weights that are NaN or infinite.
absl::Status ExportGguf(const WeightSource& arena, const std::string& output,
                        const ExportOptions& options);

}  // namespace tessera

#endif  // CONVERTER_EXPORT_GGUF_H_
