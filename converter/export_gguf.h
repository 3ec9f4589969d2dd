// The way back: an arena to a GGUF file.
#ifndef CONVERTER_EXPORT_GGUF_H_
#define CONVERTER_EXPORT_GGUF_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"

namespace tessera {

struct ExportOptions {
  bool overwrite = false;
  bool quiet = false;
};

// Writes the tensors of `arena` (a source of format "arena") to the GGUF file
// `output`: the same blocks, bit for bit, in row-major order, with the metadata
// of the original source, or what llama.cpp's converter would write if that was
// no GGUF (hugging_face_metadata.h). Unimplemented, naming the tensor, for a
// type that GGUF does not have.
absl::Status ExportGguf(const WeightSource& arena, const std::string& output,
                        const ExportOptions& options);

// Where readers of that file will not give the ids that the arena's tokenizer
// gives: whole sentences for the user.
std::vector<std::string> ExportNotes(const WeightSource& arena);

}  // namespace tessera

#endif  // CONVERTER_EXPORT_GGUF_H_
