#include "formats/model/layer_experts.h"

#include "absl/strings/str_cat.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {

void LayerExperts::Add(absl::string_view name,
                       absl::Span<const uint64_t> shape) {
  const std::optional<TensorName> parsed = ParseGgufName(name);
  if (!parsed.has_value() || parsed->part != TensorPart::kWeight) return;
  switch (parsed->role) {
    case TensorRole::kRouter:
      if (shape.size() == 2) routers_[*parsed->layer] = shape[0];
      return;
    case TensorRole::kExpertGate:
    case TensorRole::kExpertUp:
    case TensorRole::kExpertDown:
      if (shape.size() == 3) experts_.emplace(*parsed->layer, shape[0]);
      return;
    default:
      return;
  }
}

std::optional<uint64_t> LayerExperts::Of(uint64_t layer) const {
  for (const auto* counts : {&routers_, &experts_}) {
    const auto found = counts->find(layer);
    if (found != counts->end()) return found->second;
  }
  return std::nullopt;
}

ModelConfig LayerExperts::ConfigOf(uint64_t layer,
                                   const ModelConfig& model) const {
  ModelConfig own = model;
  const std::optional<uint64_t> experts = Of(layer);
  if (experts.has_value() && *experts > 0 && *experts < model.num_experts()) {
    own.set_num_experts(*experts);
  }
  return own;
}

std::string LayerExperts::Uneven(const ModelConfig& model) const {
  for (uint64_t layer = 0; layer < model.num_hidden_layers(); ++layer) {
    // Neither of the maps is longer than the model.
    if (layer > 0 && routers_.lower_bound(layer) == routers_.end() &&
        experts_.lower_bound(layer) == experts_.end()) {
      break;
    }
    const std::optional<uint64_t> experts = Of(layer);
    if (!experts.has_value() || *experts >= model.num_experts()) continue;
    return absl::StrCat("layers have different numbers of experts: layer ",
                        layer, " has ", *experts, " of ", model.num_experts(),
                        ", which is not supported");
  }
  return "";
}

}  // namespace tessera
