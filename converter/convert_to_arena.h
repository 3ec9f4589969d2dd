// The conversion of a downloaded model to arenas: plan, pack, write.
#ifndef CONVERTER_CONVERT_TO_ARENA_H_
#define CONVERTER_CONVERT_TO_ARENA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/arena_output.h"
#include "converter/convert_options.h"
#include "converter/rank_group.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// What was made.
struct ConvertReport {
  std::string path;
  Manifest manifest;
  uint64_t file_size = 0;
  uint64_t resumed_streams = 0;  // that were there already
  // Indices into the source's tensors, of those that this process has packed
  // and that are nothing but zeros.
  std::vector<size_t> zero_tensors;
};

// Converts `source` to all of `outputs` in one pass over its bytes. Until they
// are complete nothing exists under their names. With several ranks, each packs
// a part, and rank 0 finishes; all see the same files. AlreadyExists if an
// output does and `overwrite` is false; FailedPrecondition if the content of an
// input file changed while it was read, which leaves what is done, and to
// resume what was begun with other content or options; what the system says if
// a file cannot be written. DataLoss and InvalidArgument for weights that are
// not finite (StreamPacker::HashRows). Blocks.
absl::StatusOr<std::vector<ConvertReport>> ConvertToArenas(
    const WeightSource& source, absl::Span<const OutputOptions> outputs,
    const ConvertOptions& options, RankGroup& ranks);

// One output, by this process alone.
absl::StatusOr<ConvertReport> ConvertToArena(const WeightSource& source,
                                             const OutputOptions& output,
                                             const ConvertOptions& options);

}  // namespace tessera

#endif  // CONVERTER_CONVERT_TO_ARENA_H_
