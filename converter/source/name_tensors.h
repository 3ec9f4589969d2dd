// Names of a Hugging Face checkpoint to those of GGUF.
#ifndef CONVERTER_SOURCE_NAME_TENSORS_H_
#define CONVERTER_SOURCE_NAME_TENSORS_H_

#include "absl/status/status.h"
#include "converter/source/checkpoint_name.h"
#include "converter/source/weight_source.h"
#include "formats/model/hugging_face_config.h"

namespace tessera {

// Gives the tensors of `source`, whose names are those of the checkpoint, the
// names that GGUF has for them, and says how their rows have to be read so that
// they are as GGUF has them. Removes what carries nothing: precomputed values,
// a copy of the embedding (see ShareEmbedding), and whatever belongs to other
// modalities than text or predicts further tokens. Notes count both. `config`
// must be of an architecture that is described; `names` are made of it and of
// the tensors. DataLoss, naming the tensor, for rows that do not divide into
// the heads, and for two tensors that are the same one; Unimplemented for
// quantized weights that would have to be transposed.
absl::Status NameTensors(const HuggingFaceConfig& config,
                         const CheckpointNames& names, WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_NAME_TENSORS_H_
