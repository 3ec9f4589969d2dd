// Tensors that a model may have or not, against its layers and config.json.
#ifndef FORMATS_MODEL_CHECK_TENSORS_H_
#define FORMATS_MODEL_CHECK_TENSORS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/model/architecture.h"
#include "formats/model/hugging_face_config.h"

namespace tessera {

// Sentences for ModelConfig.not_understood about the tensors called `names`,
// which are GGUF's; others are passed over. One for each optional tensor that
// some layers have and others of their kind lack: a bias, of layers that have
// its weight; others, of layers with experts or of those without. Layers from
// `layers` on are not looked at.
std::vector<std::string> FindUnevenTensors(
    absl::Span<const absl::string_view> names, const Architecture& architecture,
    uint64_t layers);

// The same and, of a model of Hugging Face's, one for each flag of config.json
// that says that there are biases, or norms of queries and keys, which are not
// there, or that there are none, though they are; and for biases that all
// models of its model_type have. `config` must have an architecture.
std::vector<std::string> FindContradictoryTensors(
    absl::Span<const absl::string_view> names, const HuggingFaceConfig& config);

}  // namespace tessera

#endif  // FORMATS_MODEL_CHECK_TENSORS_H_
