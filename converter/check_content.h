// Whether an input is still what was converted.
#ifndef CONVERTER_CHECK_CONTENT_H_
#define CONVERTER_CHECK_CONTENT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "converter/source/weight_source.h"

namespace tessera {

// FailedPrecondition, naming the file, if one of `source` has another size now.
absl::Status CheckSizes(const WeightSource& source);

// OK if nobody touched the files of `source` since they were opened. Otherwise
// they are opened again, from where their names lead now: FailedPrecondition,
// naming the file, unless they have what was hashed: `sha256`, of each file or
// empty, or nothing at all; and what was converted: `check_tensors` compares
// the tensors of the files as they are now.
absl::Status CheckContent(
    const WeightSource& source, absl::Span<const std::string> sha256,
    absl::FunctionRef<absl::Status(const WeightSource&)> check_tensors);

}  // namespace tessera

#endif  // CONVERTER_CHECK_CONTENT_H_
