// Joins the matrices of experts into tensors of three dimensions.
#ifndef CONVERTER_SOURCE_MERGE_EXPERTS_H_
#define CONVERTER_SOURCE_MERGE_EXPERTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "converter/source/weight_source.h"
#include "formats/model/architecture.h"

namespace tessera {

// Replaces the experts' matrices and biases of a Hugging Face checkpoint, as
// `architecture` names them, by GGUF's tensors of all experts
// (blk.N.ffn_up_exps.weight) of shape [experts, rows, columns], at the place of
// the first one that the source has. `experts` is how many a layer has, or 0:
// as many as its largest number says. DataLoss, naming it, for an expert that
// is missing or there twice, or whose type, shape or scales differ from the
// first one's.
absl::Status MergeExperts(const Architecture& architecture, uint64_t experts,
                          WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_MERGE_EXPERTS_H_
