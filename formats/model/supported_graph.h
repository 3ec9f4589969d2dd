// Which models have a graph for which there is code.
#ifndef FORMATS_MODEL_SUPPORTED_GRAPH_H_
#define FORMATS_MODEL_SUPPORTED_GRAPH_H_

#include "absl/status/status.h"
#include "formats/arena/model_config.pb.h"

namespace tessera {

// Unimplemented, saying why, for a model that no version of the runtime's graph
// computes: its architecture is not described, or a part of it has no code, or
// something in its configuration is not understood. What the runtime's kernels
// cannot do, it says itself (runtime/model/hyper_parameters.h).
absl::Status CheckGraphIsSupported(const ModelConfig& model);

}  // namespace tessera

#endif  // FORMATS_MODEL_SUPPORTED_GRAPH_H_
