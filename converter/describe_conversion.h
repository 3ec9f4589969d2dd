// What the manifest says of a conversion.
#ifndef CONVERTER_DESCRIBE_CONVERSION_H_
#define CONVERTER_DESCRIBE_CONVERSION_H_

#include "converter/pack/arena_plan.h"
#include "converter/pack/stream_packer.h"
#include "converter/source/weight_source.h"
#include "formats/arena/manifest.pb.h"

namespace tessera {

// Appends the options that have an effect on the bytes. What a layout profile
// says is in the reasons of the tensors instead.
void DescribeOptions(const PlanOptions& options, bool tensors_only,
                     Manifest* manifest);

// Sets the machine of the layout profile, if there is one and it says.
void DescribeLayoutMachine(const PlanOptions& options, Manifest* manifest);

// Fills `tensor`. Hashes and error stay empty where `packed` has none yet.
void DescribeTensor(const SourceTensor& from, const PlannedTensor& planned,
                    const PackedTensor& packed, Tensor* tensor);

// What an arena is made from: what the source itself was made from, if it is an
// arena, else its files without their digests.
Source DescribeSource(const WeightSource& source);

}  // namespace tessera

#endif  // CONVERTER_DESCRIBE_CONVERSION_H_
