// What a configuration says of single layers.
#ifndef FORMATS_MODEL_LAYER_CONFIG_H_
#define FORMATS_MODEL_LAYER_CONFIG_H_

#include <cstdint>

#include "formats/arena/model_config.pb.h"

namespace tessera {

// Of layer `layer`, which must be one of the model's: its window and how it
// rotates. The whole context and GLOBAL where `model` says nothing.
inline const ModelConfig::Layer& LayerConfigOf(const ModelConfig& model,
                                               uint64_t layer) {
  if (model.layers().empty()) return ModelConfig::Layer::default_instance();
  return model.layers(static_cast<int>(layer));
}

}  // namespace tessera

#endif  // FORMATS_MODEL_LAYER_CONFIG_H_
