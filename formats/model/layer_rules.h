// What a model's layers do in turn: which have a window, and which rotate.
#ifndef FORMATS_MODEL_LAYER_RULES_H_
#define FORMATS_MODEL_LAYER_RULES_H_

#include <cstdint>
#include <vector>

#include "formats/arena/model_config.pb.h"
#include "formats/model/architecture.h"

namespace tessera {

// More than any model has; few enough to list them.
inline constexpr uint64_t kMaxListedLayers = 1 << 14;

// Of `layers` layers: true but for the last of each `period` (0: there is none;
// 1: false for all).
std::vector<bool> AllButLast(uint64_t layers, uint64_t period);

// Which layers of `model` have a window by the rule of `architecture`, whose
// period is `period`; `first` is the first one where the rule is kFrom.
std::vector<bool> WindowedByRule(const Architecture& architecture,
                                 uint64_t period, uint64_t first,
                                 const ModelConfig& model);

// Sets `layers`, and sliding_window and rope_local_theta to 0 where no layer
// uses them. `windowed` and `rotated` have an element for each layer, or none:
// then `model` has no window, or rotates by the rule of `architecture`.
// sliding_window must be set if one is windowed. At most kMaxListedLayers.
void SetLayers(const Architecture& architecture,
               const std::vector<bool>& windowed,
               const std::vector<bool>& rotated, ModelConfig* model);

}  // namespace tessera

#endif  // FORMATS_MODEL_LAYER_RULES_H_
