// The conversion of a model to GGUF files: plan, quantize, write.
#ifndef CONVERTER_CONVERT_TO_GGUF_H_
#define CONVERTER_CONVERT_TO_GGUF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "converter/convert_options.h"
#include "converter/gguf_plan.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// A file that was written, or would be.
struct GgufFileReport {
  std::string path;
  uint64_t bytes = 0;
  uint64_t tensors = 0;
  std::string sha256;  // 32 bytes; of a dry run, none
  // The file that an arena was made from, if this one has the same SHA-256;
  // otherwise empty.
  std::string identical_to;
  // What the file lacks to be a model, and what is not as the original, in
  // whole sentences.
  std::vector<std::string> warnings;
};

struct GgufReport {
  std::vector<GgufFileReport> files;
  // About all of them, in whole sentences.
  std::vector<std::string> warnings;
  // The tensors, in the source's order: as in a manifest, so that what reads
  // one (quality_table.h) reads this.
  Manifest tensors;
  // Indices into the source's tensors, of those that are nothing but zeros.
  std::vector<size_t> zero_tensors;
};

// What ConvertToGguf would do. Touches no file.
absl::StatusOr<GgufReport> DescribeGguf(const WeightSource& source,
                                        const GgufOptions& options);

// Converts `source` to the files of PlanGguf (gguf_plan.h), in one pass over
// its bytes, with what llama-quantize and llama-gguf-split would write. The
// bytes depend on the source and on `options` only. Until all files are
// complete nothing exists under their names, and a process that is killed
// leaves nothing behind; options.resume has no meaning.
//
// Tensors of an arena are checked against the hashes that it has of them:
// DataLoss if one does not match, or if a file that has to be the original byte
// for byte has another SHA-256. Otherwise errors as of ConvertToArenas. Blocks.
absl::StatusOr<GgufReport> ConvertToGguf(const WeightSource& source,
                                         const GgufOptions& options,
                                         const ConvertOptions& convert);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_TO_GGUF_H_
