// Names of tensors in Hugging Face checkpoints, however they are wrapped.
#ifndef CONVERTER_SOURCE_CHECKPOINT_NAME_H_
#define CONVERTER_SOURCE_CHECKPOINT_NAME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "formats/model/architecture.h"
#include "formats/model/tensor_name.h"

namespace tessera {

// As ParseHuggingFaceName, and also for names of text models that are a part of
// a larger one ("language_model.model.layers.0...", "model.language_model...")
// or were saved without what runs them ("layers.0...").
std::optional<TensorName> ParseCheckpointName(absl::string_view name,
                                              const Architecture& architecture);

// True for a name of the text model in a checkpoint of several modalities,
// whether it is known or not.
bool IsInTextModel(absl::string_view name);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_CHECKPOINT_NAME_H_
