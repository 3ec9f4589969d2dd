// How many experts single layers have, where they are not as many in all.
#ifndef FORMATS_MODEL_LAYER_EXPERTS_H_
#define FORMATS_MODEL_LAYER_EXPERTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// Layers of a model that was pruned have fewer experts than its configuration
// says; a layer has as many as its router has rows. Filled with the tensors of
// a model, then read.
class LayerExperts {
 public:
  // A tensor by its name in GGUF. Looks at routers and at tensors of experts.
  void Add(absl::string_view name, absl::Span<const uint64_t> shape);

  // Of layer `layer`: the rows of its router or, without one, the matrices of a
  // tensor of experts; nullopt for a layer with neither.
  std::optional<uint64_t> Of(uint64_t layer) const;

  // `model` as layer `layer` has it: with fewer experts, if that has fewer.
  // ShapeOf gives the shapes of that layer's tensors for it.
  ModelConfig ConfigOf(uint64_t layer, const ModelConfig& model) const;

  // A sentence for ModelConfig.not_understood if layers that have experts do
  // not have as many as `model` says, each fewer; else empty.
  std::string Uneven(const ModelConfig& model) const;

 private:
  std::map<uint64_t, uint64_t> routers_;  // rows, by layer
  std::map<uint64_t, uint64_t> experts_;  // matrices, by layer
};

}  // namespace tessera

#endif  // FORMATS_MODEL_LAYER_EXPERTS_H_
