// The conversion of a downloaded model to an arena: plan, pack, write.
#ifndef CONVERTER_CONVERT_TO_ARENA_H_
#define CONVERTER_CONVERT_TO_ARENA_H_

#include <string>

#include "absl/status/statusor.h"
#include "converter/pack/arena_plan.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// How to convert. The bytes of the arena depend on `plan` and the source only.
struct ConvertOptions {
  PlanOptions plan;
  int threads = 0;         // 0: one per CPU
  bool overwrite = false;  // replace an existing output
  bool quiet = false;      // no progress on stderr
};

// What was made.
struct ConvertReport {
  Manifest manifest;
  uint64_t file_size = 0;
  double seconds = 0;
};

// Converts `source` to the arena `output`. Until it is complete nothing exists
// under that name. AlreadyExists if it does and `overwrite` is false;
// FailedPrecondition if an input file changed while it was read; what the
// system says if a file cannot be written. Blocks; not thread-safe on one pool
// of files.
absl::StatusOr<ConvertReport> ConvertToArena(const WeightSource& source,
                                             const std::string& output,
                                             const ConvertOptions& options);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_TO_ARENA_H_
