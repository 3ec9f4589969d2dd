// Joins the matrices of experts into tensors of three dimensions.
#ifndef CONVERTER_SOURCE_MERGE_EXPERTS_H_
#define CONVERTER_SOURCE_MERGE_EXPERTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "converter/source/checkpoint_name.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Replaces the experts' matrices and biases of a Hugging Face checkpoint, as
// `names` tells them, by GGUF's tensors of all experts
// (blk.N.ffn_up_exps.weight) of shape [experts, rows, columns], at the place of
// the first one that the source has. The other tensors have GGUF's names
// already. A layer has as many experts as its router has rows; without one, or
// with one that has more than `experts`, it has `experts`, or as many as its
// largest number says. Experts that are stored as different floats are read as
// the type that holds all, with a note. DataLoss, naming it, for an expert that
// is missing or there twice, or whose shape differs from the first one's;
// Unimplemented for types that differ and are no floats.
absl::Status MergeExperts(const CheckpointNames& names, uint64_t experts,
                          WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_MERGE_EXPERTS_H_
