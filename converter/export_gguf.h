// The way back: an arena to a GGUF file.
#ifndef CONVERTER_EXPORT_GGUF_H_
#define CONVERTER_EXPORT_GGUF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/source/weight_source.h"

namespace tessera {

struct ExportOptions {
  bool overwrite = false;
  bool quiet = false;
  bool dry_run = false;  // write nothing; there is no SHA-256 then
  bool allow_nonfinite = false;
};

// A file that was written, or would be.
struct ExportedFile {
  std::string path;
  uint64_t bytes = 0;
  uint64_t tensors = 0;
  std::string sha256;  // 32 bytes, of what was read back
  // The file that the arena was made from, if this one has the same SHA-256;
  // otherwise empty.
  std::string identical_to;
  // What the file lacks to be a model, and what is not as the original, in
  // whole sentences.
  std::vector<std::string> warnings;
};

// Writes the tensors of `arena` (a source of format "arena") to GGUF files, as
// PlanGgufExport (gguf_export_plan.h) has them: the same blocks, bit for bit,
// row-major, each tensor checked against the hash that the arena has of it.
// DataLoss if one does not match, or if a file that has to be the original byte
// for byte has another SHA-256; nothing is written then. Unimplemented, naming
// the tensor, for a type that GGUF does not have. DataLoss too, unless
// `allow_nonfinite`, for weights that are NaN or infinite.
absl::StatusOr<std::vector<ExportedFile>> ExportGguf(
    const WeightSource& arena, const std::string& output,
    const ExportOptions& options);

}  // namespace tessera

#endif  // CONVERTER_EXPORT_GGUF_H_
