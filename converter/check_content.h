// Whether an input is still what was converted.
#ifndef CONVERTER_CHECK_CONTENT_H_
#define CONVERTER_CHECK_CONTENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "converter/arena_output.h"
#include "converter/source/weight_source.h"

namespace tessera {

// OK if nobody touched the files of `source` since they were opened. Otherwise
// they are read again, from where their names lead now: FailedPrecondition,
// naming the file, unless they have what was read for `outputs`, whose streams
// are all packed, and what was hashed: `sha256`, of each file or empty.
absl::Status CheckContent(
    const WeightSource& source,
    absl::Span<const std::unique_ptr<ArenaOutput>> outputs,
    absl::Span<const std::string> sha256);

}  // namespace tessera

#endif  // CONVERTER_CHECK_CONTENT_H_
