// What the way back to GGUF is to write, decided before a byte is written.
#ifndef CONVERTER_GGUF_EXPORT_PLAN_H_
#define CONVERTER_GGUF_EXPORT_PLAN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/source/weight_source.h"
#include "formats/gguf/gguf_layout.h"
#include "formats/gguf/gguf_metadata.h"

namespace tessera {

// One file, with tensors [first_tensor, first_tensor + tensor_count) of the
// arena.
struct GgufExportFile {
  std::string path;
  GgufMetadata metadata;
  size_t first_tensor = 0;
  size_t tensor_count = 0;
  // That of the original, if it is kept; such a file comes back byte for byte.
  std::optional<GgufLayout> layout;
  // Of the file that the arena was made from. Empty if that was no GGUF file,
  // or a set that becomes one file.
  std::string original_name;
  std::string original_sha256;
};

// One file called `output`; or, if the arena was made from a split set and
// `output` is named like one of its files, the whole set. The metadata is that
// of the original, or what llama.cpp's converter would write if that was no
// GGUF (hugging_face_metadata.h). DataLoss for an arena whose source cannot be;
// Unimplemented for a configuration that is not understood.
absl::StatusOr<std::vector<GgufExportFile>> PlanGgufExport(
    const WeightSource& arena, const std::string& output);

// What a program that loads `file` will miss, in whole sentences.
std::vector<std::string> MissingForAModel(const GgufExportFile& file,
                                          const WeightSource& arena);

}  // namespace tessera

#endif  // CONVERTER_GGUF_EXPORT_PLAN_H_
