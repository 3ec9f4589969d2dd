// A conversion to GGUF as the packing pipeline takes it.
#ifndef CONVERTER_GGUF_PACK_PLAN_H_
#define CONVERTER_GGUF_PACK_PLAN_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "converter/gguf_plan.h"
#include "converter/pack/arena_plan.h"
#include "converter/source/weight_source.h"
#include "formats/gguf/gguf_writer.h"

namespace tessera {

// The header of `file`. Unimplemented, naming the tensor, for a type that GGUF
// does not have. Errors begin with the path.
absl::StatusOr<GgufHeader> MakeGgufHeader(const WeightSource& source,
                                          const GgufPlan& plan,
                                          const GgufPlanFile& file);

// A section for each file, whose offsets are those in that file, with a stream
// for each of its tensors, row-major, in their order. `headers` are those of
// plan.files.
absl::StatusOr<ArenaPlan> MakeGgufPackPlan(
    const WeightSource& source, const GgufOptions& options,
    const GgufPlan& plan, absl::Span<const GgufHeader> headers);

}  // namespace tessera

#endif  // CONVERTER_GGUF_PACK_PLAN_H_
