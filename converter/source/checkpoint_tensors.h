// The tensors of the files of a checkpoint.
#ifndef CONVERTER_SOURCE_CHECKPOINT_TENSORS_H_
#define CONVERTER_SOURCE_CHECKPOINT_TENSORS_H_

#include "absl/status/status.h"
#include "converter/source/checkpoint_files.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Maps `files` and appends their tensors to `source`, under the names that they
// have there. A tensor that the index has in another file is passed over; one
// that the index does not have is taken, with a note. Of a tensor that is in
// two files without an index the first is taken, with a note. DataLoss, naming
// tensor and file, if two such tensors differ, if one is not where the index
// has it, and for damaged files.
absl::Status AddCheckpointTensors(const CheckpointFiles& files,
                                  WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHECKPOINT_TENSORS_H_
