// Joins the matrices of experts into tensors of three dimensions.
#ifndef CONVERTER_SOURCE_MERGE_EXPERTS_H_
#define CONVERTER_SOURCE_MERGE_EXPERTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Replaces the experts' matrices of Hugging Face checkpoints (see
// ParseExpertName) by GGUF's blk.N.ffn_{gate,up,down}_exps.weight of shape
// [experts, rows, columns], at the place of the first one that the source has.
// `experts` is how many a layer has, or 0: as many as its largest number says.
// DataLoss, naming it, for an expert that is missing or there twice, or whose
// type, shape or scales differ from the first one's.
absl::Status MergeExperts(uint64_t experts, WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_MERGE_EXPERTS_H_
