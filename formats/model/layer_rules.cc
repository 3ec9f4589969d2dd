#include "formats/model/layer_rules.h"

#include <algorithm>

namespace tessera {
namespace {

using Layer = ModelConfig::Layer;

bool Any(const std::vector<bool>& flags) {
  return std::find(flags.begin(), flags.end(), true) != flags.end();
}

bool IsPlain(const Layer& layer) {
  return layer.window() == 0 && layer.rope() == Layer::GLOBAL;
}

Layer::Rope RopeOf(LayerRope rule, bool windowed, bool has_windows,
                   bool rotated) {
  if (!rotated) return Layer::NONE;
  switch (rule) {
    case LayerRope::kAlike:
    case LayerRope::kNotLast:
      return Layer::GLOBAL;
    case LayerRope::kLocalInWindows:
      return windowed ? Layer::LOCAL : Layer::GLOBAL;
    case LayerRope::kOnlyInWindows:
      return windowed || !has_windows ? Layer::GLOBAL : Layer::NONE;
  }
  return Layer::GLOBAL;
}

}  // namespace

std::vector<bool> AllButLast(uint64_t layers, uint64_t period) {
  std::vector<bool> flags(layers, true);
  if (period == 0) return flags;
  for (uint64_t i = 0; i < layers; ++i) flags[i] = i % period < period - 1;
  return flags;
}

std::vector<bool> WindowedByRule(const Architecture& architecture,
                                 uint64_t period, uint64_t first,
                                 const ModelConfig& model) {
  const uint64_t layers = model.num_hidden_layers();
  if (model.sliding_window() == 0) return std::vector<bool>(layers, false);
  switch (architecture.windowed_layers) {
    case WindowedLayers::kNone:
      return std::vector<bool>(layers, false);
    case WindowedLayers::kAll:
      return std::vector<bool>(layers, true);
    case WindowedLayers::kAllButLast:
      return AllButLast(layers, period);
    case WindowedLayers::kFrom: {
      std::vector<bool> flags(layers, true);
      for (uint64_t i = 0; i < std::min(first, layers); ++i) flags[i] = false;
      return flags;
    }
  }
  return {};
}

void SetLayers(const Architecture& architecture,
               const std::vector<bool>& windowed,
               const std::vector<bool>& rotated, ModelConfig* model) {
  const bool has_windows = Any(windowed);
  const std::vector<bool> rotates =
      !rotated.empty() || architecture.layer_rope != LayerRope::kNotLast
          ? rotated
          : AllButLast(model->num_hidden_layers(), architecture.layer_period);
  model->clear_layers();
  bool plain = true;
  bool local = false;
  for (uint64_t i = 0; i < model->num_hidden_layers(); ++i) {
    const bool has_window = has_windows && windowed[i];
    Layer& layer = *model->add_layers();
    if (has_window) layer.set_window(model->sliding_window());
    layer.set_rope(RopeOf(architecture.layer_rope, has_window, has_windows,
                          rotates.empty() || rotates[i]));
    plain = plain && IsPlain(layer);
    local = local || layer.rope() == Layer::LOCAL;
  }
  if (plain) model->clear_layers();
  if (!has_windows) model->set_sliding_window(0);
  if (!local) {
    model->set_rope_local_theta(0);
  } else if (model->rope_local_theta() == 0) {
    model->set_rope_local_theta(model->rope_theta());
  }
}

}  // namespace tessera
