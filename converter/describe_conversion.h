// What the manifest says of a conversion.
#ifndef CONVERTER_DESCRIBE_CONVERSION_H_
#define CONVERTER_DESCRIBE_CONVERSION_H_

#include "absl/types/span.h"
#include "converter/pack/arena_plan.h"
#include "converter/pack/stream_packer.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// Fills `tensor`. Hashes and error stay empty where `packed` has none yet.
void DescribeTensor(const SourceTensor& from, const PlannedTensor& planned,
                    const PackedTensor& packed, Tensor* tensor);

// The manifest of an arena of `source`, with the options that have an effect on
// its bytes, and without sections and the description of the source.
Manifest DescribeArena(const WeightSource& source, const PlanOptions& options,
                       const ArenaPlan& plan,
                       absl::Span<const PackedTensor> packed);

// Corrects what `manifest`, which has its source, says of it for the way back
// to GGUF: the mix of types, and that there is no way back to the files if
// types have changed.
void DescribeWayBack(const PlanOptions& options, Manifest* manifest);

// What an arena is made from: what the source itself was made from, if it is an
// arena, else its files without their digests.
Source DescribeSource(const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_DESCRIBE_CONVERSION_H_
